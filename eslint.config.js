import js from "@eslint/js";
import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["dist/", "editor/out/", "runs/", "studies-out/", "sweeps/", "test/golden/", "examples/data/"] },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  {
    rules: {
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      eqeqeq: "error",
      "no-restricted-imports": "off",
    },
  },
  // Dependencies run one way: grammar <- compiler <- language-server, report, studies <- sweep <- cli; the runtime stands alone.
  // The grammar, the compiler and the language server run in a browser too: none of Node's own modules, but in what reads files for them.
  {
    files: ["grammar/**/*.ts"],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            "**/compiler/**",
            "**/language-server/**",
            "**/runtime/**",
            "**/studies/**",
            "**/sweep/**",
            "**/cli/**",
            "node:*",
          ],
        },
      ],
    },
  },
  {
    files: ["compiler/**"],
    ignores: ["compiler/node.ts"],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            "**/language-server/**",
            "**/runtime/**",
            "**/studies/**",
            "**/sweep/**",
            "**/cli/**",
            "**/report/**",
            "node:*",
          ],
        },
      ],
    },
  },
  {
    files: ["language-server/**"],
    ignores: ["language-server/files.ts"],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: ["**/runtime/**", "**/studies/**", "**/sweep/**", "**/cli/**", "**/report/**", "node:*"],
        },
      ],
    },
  },
  {
    files: ["runtime/**"],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            "**/compiler/**",
            "**/grammar/**",
            "**/cli/**",
            "**/report/**",
            "**/studies/**",
            "**/sweep/**",
          ],
        },
      ],
    },
  },
  {
    files: ["studies/**"],
    rules: { "no-restricted-imports": ["error", { patterns: ["**/cli/**", "**/sweep/**"] }] },
  },
  {
    files: ["sweep/**"],
    rules: { "no-restricted-imports": ["error", { patterns: ["**/cli/**", "**/report/**"] }] },
  },
  {
    files: ["report/**"],
    rules: {
      "no-restricted-imports": ["error", { patterns: ["**/cli/**", "**/studies/**", "**/sweep/**"] }],
    },
  },
  // What runs in a browser knows neither Node nor the compiler.
  {
    files: ["report/page/**", "report/figures/**", "report/try/**"],
    rules: {
      "no-restricted-imports": [
        "error",
        { patterns: ["**/compiler/**", "**/runtime/**", "**/read/**", "node:*"] },
      ],
    },
  },
  {
    files: ["**/*.mjs"],
    languageOptions: {
      globals: { Buffer: "readonly", console: "readonly", process: "readonly", URL: "readonly" },
    },
  },
);
