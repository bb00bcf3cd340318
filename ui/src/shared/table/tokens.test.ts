import { describe, expect, it } from "vitest";
import { matches, NOTHING, type Property, read, type Token, written } from "./tokens";

interface Row {
  name: string;
  state: string;
}
const properties: Property<Row>[] = [{ key: "state", label: "State", of: (row) => row.state }];
const row = { name: "retention.ms", state: "Default" };
const is = (tokens: Token[], operation: "and" | "or" = "and") =>
  matches(row, { tokens, operation }, properties, (each) => each.name);

describe("matches", () => {
  it("looks for free text in the name", () => {
    expect(is([])).toBe(true);
    expect(is([{ operator: ":", value: "RETENTION" }])).toBe(true);
    expect(is([{ operator: ":", value: "segment" }])).toBe(false);
    expect(is([{ operator: "!:", value: "segment" }])).toBe(true);
  });
  it("compares properties whole or in part, letter case aside", () => {
    expect(is([{ property: "state", operator: "=", value: "default" }])).toBe(true);
    expect(is([{ property: "state", operator: "=", value: "def" }])).toBe(false);
    expect(is([{ property: "state", operator: "!=", value: "def" }])).toBe(true);
    expect(is([{ property: "state", operator: ":", value: "def" }])).toBe(true);
  });
  it("joins by and, or by or", () => {
    const both: Token[] = [
      { operator: ":", value: "retention" },
      { property: "state", operator: "=", value: "topic" },
    ];
    expect(is(both)).toBe(false);
    expect(is(both, "or")).toBe(true);
  });
});

describe("the address", () => {
  it("keeps what was asked", () => {
    const asked = { tokens: [{ property: "state", operator: "=", value: "a" }], operation: "or" as const };
    expect(read(written(asked))).toEqual(asked);
    expect(written(NOTHING)).toBe("");
    expect(read("")).toEqual(NOTHING);
  });
  it("takes plain text for a name and nonsense for nothing", () => {
    expect(read("ms").tokens).toEqual([{ operator: ":", value: "ms" }]);
    expect(read('[1,["a"],{"b":2}]').tokens).toEqual([]);
    expect(read('{"a":1}')).toEqual(NOTHING);
  });
});
