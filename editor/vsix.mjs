// Makes mmspec.vsix, what Visual Studio Code installs: a zip of the extension with a manifest of Visual Studio's beside it.
// `vsce` makes the same; it wants some hundred packages, one of which fetches a binary when it is installed.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { strToU8, zipSync } from "fflate";
import { bundleExtension } from "./extension.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** What the extension consists of. */
const files = [
  "package.json",
  "README.md",
  "LICENSE",
  "LICENSES.txt",
  "language-configuration.json",
  "syntaxes/mmspec.tmLanguage.json",
  "out/extension.cjs",
  "out/server.cjs",
];

const contentTypes = {
  json: "application/json",
  md: "text/markdown",
  txt: "text/plain",
  cjs: "application/javascript",
  vsixmanifest: "text/xml",
};

const escaped = (text) =>
  text.replace(/[<>&"]/g, (c) => ({ "<": "&lt;", ">": "&gt;", "&": "&amp;", '"': "&quot;" })[c]);

/** Some names have another spelling in the package. */
const packed = (file) => `extension/${{ "README.md": "readme.md", LICENSE: "LICENSE.txt" }[file] ?? file}`;

function manifest({ name, version, publisher, displayName, description, categories, engines, contributes }) {
  const languages = contributes.languages.map(({ id }) => `,__ext_${id}`).join("");
  const property = (id, value) => `<Property Id="Microsoft.VisualStudio.${id}" Value="${escaped(value)}" />`;
  const asset = (type, file) =>
    `<Asset Type="Microsoft.VisualStudio.${type}" Path="${packed(file)}" Addressable="true" />`;
  return `<?xml version="1.0" encoding="utf-8"?>
<PackageManifest Version="2.0.0" xmlns="http://schemas.microsoft.com/developer/vsx-schema/2011">
  <Metadata>
    <Identity Language="en-US" Id="${escaped(name)}" Version="${escaped(version)}" Publisher="${escaped(publisher)}" />
    <DisplayName>${escaped(displayName)}</DisplayName>
    <Description xml:space="preserve">${escaped(description)}</Description>
    <Tags>${escaped(displayName + languages)}</Tags>
    <Categories>${escaped(categories.join(","))}</Categories>
    <GalleryFlags>Public</GalleryFlags>
    <Properties>
      ${property("Code.Engine", engines.vscode)}
      ${property("Code.ExtensionKind", "workspace")}
      ${property("Code.ExecutesCode", "true")}
      ${property("Services.GitHubFlavoredMarkdown", "true")}
    </Properties>
    <License>${packed("LICENSE")}</License>
  </Metadata>
  <Installation>
    <InstallationTarget Id="Microsoft.VisualStudio.Code" />
  </Installation>
  <Dependencies />
  <Assets>
    ${asset("Code.Manifest", "package.json")}
    ${asset("Services.Content.Details", "README.md")}
    ${asset("Services.Content.License", "LICENSE")}
  </Assets>
</PackageManifest>
`;
}

function types() {
  const rows = Object.entries(contentTypes).map(
    ([extension, type]) => `  <Default Extension=".${extension}" ContentType="${type}" />\n`,
  );
  return `<?xml version="1.0" encoding="utf-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
${rows.join("")}</Types>
`;
}

await bundleExtension();
const about = JSON.parse(readFileSync(here("package.json"), "utf8"));
const entries = {
  "[Content_Types].xml": strToU8(types()),
  "extension.vsixmanifest": strToU8(manifest(about)),
  ...Object.fromEntries(files.map((file) => [packed(file), readFileSync(here(file))])),
};
// One time for all, so that the same code makes the same bytes.
const zip = zipSync(entries, { level: 9, mtime: new Date(2000, 0, 1) });
const to = process.argv[2] ?? here("mmspec.vsix");
writeFileSync(to, zip);
console.log(to);
