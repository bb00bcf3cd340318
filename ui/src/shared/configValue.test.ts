import { describe, expect, it } from "vitest";
import { choicesOf, optionsOf, valueProblem } from "./configValue";

describe("valueProblem", () => {
  it("keeps integers inside their type, to the last digit", () => {
    expect(valueProblem("long", null, "9223372036854775807")).toBeNull();
    expect(valueProblem("long", null, "9223372036854775808")).toMatchObject({ kind: "range" });
    expect(valueProblem("int", "[0,...]", "2147483648")).toEqual({
      kind: "range",
      min: "-2147483648",
      max: "2147483647",
    });
    expect(valueProblem("int", null, "1.5")).toEqual({ kind: "whole" });
  });
  it("knows booleans, doubles and choices", () => {
    expect(valueProblem("boolean", null, "yes")).toMatchObject({ kind: "choice" });
    expect(valueProblem("double", "[0,...,1]", "0.5")).toBeNull();
    expect(valueProblem("list", "[compact, delete]", "compact,delete")).toBeNull();
    expect(valueProblem("list", "[compact, delete]", "compact,drop")).toMatchObject({ kind: "choice" });
    expect(valueProblem("string", "[CreateTime, LogAppendTime]", "Now")).toMatchObject({ kind: "choice" });
  });
});

describe("choicesOf", () => {
  it("has none for ranges and descriptions", () => {
    for (const valid of [
      "1 to 17",
      "at least 0",
      "1 to 9, or -1",
      "distinct elements, at least one",
      "",
      null,
    ])
      expect(choicesOf(valid)).toEqual([]);
    expect(choicesOf("[gzip, lz4]")).toEqual(["gzip", "lz4"]);
    expect(choicesOf("[compact, delete]")).toEqual(["compact", "delete"]);
  });
});

describe("optionsOf", () => {
  it("offers a short list's words and all of them together", () => {
    expect(optionsOf("list", "[compact, delete]")).toEqual(["compact", "delete", "compact,delete"]);
    expect(optionsOf("list", "[a, b, c]")).toEqual([]);
    expect(optionsOf("string", "[CreateTime, LogAppendTime]")).toEqual(["CreateTime", "LogAppendTime"]);
    expect(optionsOf("boolean", null)).toEqual(["true", "false"]);
    expect(optionsOf("long", "[0,...]")).toEqual([]);
  });
});
