import { expect, it } from "vitest";
import type { ConfigRow } from "~/contract/types";
import { translator } from "~/shared/text";
import { changesOf, wrongIn } from "./edits";

const row = (name: string, type: ConfigRow["type"], value: string): ConfigRow =>
  ({ name, type, value, valid: null }) as ConfigRow;
const rows = [row("retention.ms", "long", "604800000"), row("preallocate", "boolean", "false")];

it("names the keys whose value is wrong, and none that goes back to its default", () => {
  const t = translator("en");
  expect(wrongIn(t, rows, {})).toEqual([]);
  expect(wrongIn(t, rows, { "retention.ms": null, preallocate: "true" })).toEqual([]);
  expect(wrongIn(t, rows, { "retention.ms": "a week", preallocate: "yes" })).toEqual([
    "retention.ms",
    "preallocate",
  ]);
});

it("a value typed back to what the cluster has is no change", () => {
  expect(changesOf(rows, { "retention.ms": "604800000", preallocate: "true" })).toEqual([
    { name: "preallocate", value: "true" },
  ]);
});
