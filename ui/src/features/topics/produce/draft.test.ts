import { describe, expect, it } from "vitest";
import { translator } from "~/shared/text";
import { commandOf, EMPTY, isEmptyValue, keyPayload, problemsOf, valuePayload } from "./draft";

const t = translator("en");

describe("a message to produce", () => {
  it("is checked in the encoding it is typed in", () => {
    expect(problemsOf(t, { ...EMPTY, value: '{"a":1' }).value).toMatch(/JSON/);
    expect(problemsOf(t, { ...EMPTY, value: "0g", valueEncoding: "hex" }).value).toBeDefined();
    expect(problemsOf(t, { ...EMPTY, value: "ff 00", valueEncoding: "hex" })).toEqual({});
    expect(problemsOf(t, { ...EMPTY, headers: [{ id: 1, name: "", value: "x" }] })["header:1"]).toBeDefined();
  });
  it("says what an empty value is before it is sent", () => {
    expect(problemsOf(t, EMPTY).value).toMatch(/not JSON/);
    expect(problemsOf(t, { ...EMPTY, valueEncoding: "text" })).toEqual({});
    expect(isEmptyValue({ ...EMPTY, valueEncoding: "text" })).toBe(true);
    expect(isEmptyValue({ ...EMPTY, valueEncoding: "text", tombstone: true })).toBe(false);
  });
  it("needs a key to be a tombstone, and then has no value", () => {
    const tombstone = { ...EMPTY, tombstone: true, value: "kept while typing" };
    expect(problemsOf(t, tombstone).key).toBeDefined();
    expect(valuePayload({ ...tombstone, key: "k" })).toBeNull();
    expect(keyPayload(EMPTY)).toBeNull();
  });
  it("keeps 64-bit integers as typed", () =>
    expect(valuePayload({ ...EMPTY, value: '{"id":9007199254740993}' })?.data).toBe(
      '{"id":9007199254740993}',
    ));
  it("quotes for the shell", () =>
    expect(commandOf("dev", "orders", { ...EMPTY, value: "it's" })).toContain(`'it'\\''s'`));
});
