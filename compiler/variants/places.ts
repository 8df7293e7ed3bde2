import type {
  Call,
  Chain,
  ModelDeclaration,
  Name,
  Span,
  SpecFile,
  TrainDeclaration,
} from "../../grammar/syntax.js";
import { interactions } from "../tables/interactions.js";
import type { Callable, Parameter } from "../tables/parameters.js";
import { roles, settingRoles, type Role } from "../tables/roles.js";
import { settings } from "../tables/training.js";

/** What can stand in a place. */
export type Takes =
  | { kind: "number" }
  | { kind: "word"; word: string }
  /** Calls with arrows between: the first is of one table, the others of another. */
  | { kind: "chain"; first: Role; rest: Role }
  | { kind: "call"; role: Role }
  | { kind: "argument"; call: Call; row: Callable; parameter: Parameter };

/** The tables that the calls of a choice are of: the first of a chain, and those behind it; nothing where no call is taken. */
export function rolesIn(takes: Takes): [first: Role, rest: Role] | undefined {
  if (takes.kind === "chain") return [takes.first, takes.rest];
  return takes.kind === "call" ? [takes.role, takes.role] : undefined;
}

/** Where a choice is written. */
export interface Slot {
  takes: Takes;
  /** What it takes the place of; empty where the spec has nothing there yet. */
  span: Span;
  /** What stands around it when the spec has nothing there yet; of an argument its call is completed. */
  around?: readonly [before: string, after: string];
  /** Of an interaction of several modalities: what joins them. A choice that doesn't end in `linear` takes its place alone. */
  merge?: Span;
}

/** Something in a spec that a path can name. */
export interface Place {
  /** As a path spells it: `Eye.dense[2].units`. */
  path: string;
  name: string;
  /** Of an interaction. */
  modalities?: readonly string[];
  /** Which of several of the name, counted from 1. */
  index: number;
  /** Absent where only its parts can be varied. */
  slot?: Slot;
  parts: readonly Place[];
}

/** All places of a model, outermost first: parameters of the file, encoders, the fusion, the training. */
export function placesOf(model: ModelDeclaration, { params }: SpecFile): Place[] {
  const places: Place[] = params.map(({ name, value }) =>
    leaf(name.text, name.text, { takes: { kind: "number" }, span: value.span }),
  );
  for (const member of model.members) {
    if (member.kind === "encoder") {
      const path = member.name.text;
      places.push(chainPlace(path, path, member.layers, "layer", "layer"));
    } else if (member.kind === "fusion") {
      places.push(chainPlace("fusion", "fusion", member.chain, "fusion", "layer"));
    } else if (member.kind === "fusion-block") {
      const several = (kind: Name) =>
        member.interactions.filter(({ component }) => component.name.text === kind.text).length > 1;
      const parts = member.interactions.map(({ component, layers }): Place => {
        const { name, modalities } = component;
        const names = modalities.map(({ text }) => text);
        const path = `fusion.${name.text}${several(name) ? `(${names.join(", ")})` : ""}`;
        const joins = interactions.get(name.text)?.modalities === "several";
        const layer = "layer of an interaction";
        const place = chainPlace(path, name.text, layers, joins ? "merge" : layer, layer);
        const [first] = layers.items;
        const slot = place.slot && { ...place.slot, ...(joins && first && { merge: first.span }) };
        return { ...place, modalities: names, ...(slot && { slot }) };
      });
      const gates = member.gates.map(({ layers }) =>
        chainPlace("fusion.gate", "gate", layers, "layer", "layer"),
      );
      places.push({ path: "fusion", name: "fusion", index: 1, parts: [...parts, ...gates] });
    } else if (member.kind === "train") {
      places.push({ path: "train", name: "train", index: 1, parts: trainPlaces(member) });
    }
  }
  return places;
}

function leaf(path: string, name: string, slot: Slot): Place {
  return { path, name, index: 1, slot, parts: [] };
}

function chainPlace(path: string, name: string, chain: Chain, first: Role, rest: Role): Place {
  return {
    path,
    name,
    index: 1,
    slot: { takes: { kind: "chain", first, rest }, span: chain.span },
    parts: callPlaces(path, chain.items, first, rest),
  };
}

/** The calls of a chain; those of which there are several by their number. */
function callPlaces(path: string, calls: readonly Call[], first: Role, rest: Role): Place[] {
  return calls.map((call, i): Place => {
    const { text: name } = call.name;
    const index = calls.slice(0, i + 1).filter((other) => other.name.text === name).length;
    const several = calls.filter((other) => other.name.text === name).length > 1;
    const own = `${path}.${name}${several ? `[${index}]` : ""}`;
    return { path: own, name, index, parts: argumentPlaces(own, call, i === 0 ? first : rest) };
  });
}

/** The arguments of a call, those too that are left out. */
function argumentPlaces(path: string, call: Call, role: Role): Place[] {
  const row = roles[role].get(call.name.text);
  if (row === undefined) return [];
  const spans = new Map<Parameter, Span>();
  let position = 0;
  for (const { name, of, value } of call.args) {
    const parameter = name
      ? row.parameters.find((candidate) => candidate.name === name.text)
      : row.parameters[position];
    if (!name && !parameter?.variadic) position++;
    if (parameter === undefined || of !== undefined) continue;
    const before = spans.get(parameter);
    spans.set(parameter, before ? { start: before.start, end: value.span.end } : value.span);
  }
  const end = { start: call.span.end, end: call.span.end };
  return row.parameters.map((parameter) =>
    leaf(`${path}.${parameter.name}`, parameter.name, {
      takes: { kind: "argument", call, row, parameter },
      span: spans.get(parameter) ?? end,
      ...(!spans.has(parameter) && { around: [`${parameter.name}: `, ""] as const }),
    }),
  );
}

function trainPlaces(train: TrainDeclaration): Place[] {
  const end = { start: train.span.end - 1, end: train.span.end - 1 };
  const at = (name: string, takes: Takes, span: Span | undefined, around: readonly [string, string]) =>
    leaf(`train.${name}`, name, { takes, span: span ?? end, ...(span === undefined && { around }) });
  const places = [...settings.keys()].map((name): Place => {
    const option = train.settings.find((setting) => setting.kind === "option" && setting.name.text === name);
    const written = option?.kind === "option" ? option : undefined;
    const span = written && { start: written.value.span.start, end: written.span.end };
    const role = settingRoles.get(name);
    const place = at(name, takesOf(name, role), span, [`${name} `, "\n"]);
    if (role === undefined || written?.value.kind !== "call") return place;
    const calls = [written.value, ...written.then];
    const parts =
      role === "schedule"
        ? callPlaces(place.path, calls, role, role)
        : argumentPlaces(place.path, written.value, role);
    return { ...place, parts };
  });
  const stop = train.settings.find((setting) => setting.kind === "stop");
  const supervise = train.settings.find((setting) => setting.kind === "supervise");
  const supervised = at("supervise", { kind: "call", role: "teacher" }, supervise?.teacher.span, [
    "supervise gate with ",
    "\n",
  ]);
  return [
    ...places,
    at("stop", { kind: "number" }, stop?.epochs.span, ["stop after ", " epochs without improvement\n"]),
    {
      ...supervised,
      parts: supervise ? argumentPlaces(supervised.path, supervise.teacher, "teacher") : [],
    },
  ];
}

function takesOf(setting: string, role: Role | undefined): Takes {
  if (role === "schedule") return { kind: "chain", first: role, rest: role };
  if (role !== undefined) return { kind: "call", role };
  return setting === "class_weights" ? { kind: "word", word: "balanced" } : { kind: "number" };
}
