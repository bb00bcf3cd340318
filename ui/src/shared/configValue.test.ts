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
  it("holds what Kafka says is valid", () => {
    expect(valueProblem("int", "[1048576,...]", "12")).toEqual({ kind: "least", min: "1048576" });
    expect(valueProblem("int", "[1,...,17]", "18")).toEqual({ kind: "between", min: "1", max: "17" });
    expect(valueProblem("int", "[1,...,9] or -1", "-1")).toBeNull();
    expect(valueProblem("int", "[1,...,9] or -1", "0")).toMatchObject({ kind: "between" });
    expect(valueProblem("double", "[0,...,1]", "1.5")).toEqual({ kind: "between", min: "0", max: "1" });
    expect(valueProblem("long", "[1,...]", "9223372036854775807")).toBeNull();
    expect(valueProblem("long", "None", "-5")).toBeNull();
    const pairs = "[partitionId]:[brokerId],[partitionId]:[brokerId],...";
    for (const fine of ["", "*", "0:1, 1:2"]) expect(valueProblem("list", pairs, fine)).toBeNull();
    expect(valueProblem("list", pairs, "12")).toEqual({ kind: "pairs" });
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
