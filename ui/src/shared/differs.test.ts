import { expect, it } from "vitest";
import { differs } from "./differs";

const draft = { name: "orders", brokers: "3", sample: false, configs: [{ name: "a", value: "1" }] };

it("compares what is in a draft, in whatever order", () => {
  expect(differs(draft, structuredClone(draft))).toBe(false);
  expect(differs({ a: 1, b: null }, { b: null, a: 1 })).toBe(false);
});

it.each<[string, object]>([
  ["a text", { brokers: "4" }],
  ["a switch", { sample: true }],
  ["a line changed", { configs: [{ name: "a", value: "2" }] }],
  ["a line added", { configs: [...draft.configs, { name: "", value: "" }] }],
  ["a line removed", { configs: [] }],
  ["nothing instead", { configs: null }],
])("sees %s", (_what, patch) => {
  expect(differs({ ...draft, ...patch }, draft)).toBe(true);
  expect(differs(draft, { ...draft, ...patch })).toBe(true);
});
