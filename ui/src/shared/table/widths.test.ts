import { describe, expect, it } from "vitest";
import { fittedWidths, headerWidth, hiddenByDefault, leastWidth } from "./widths";

const measure = (text: string) => text.length * 10;
const words = { id: "name", header: "Name", width: 200 };
const figure = { id: "size", header: "Size", width: 100, numeric: true };

describe("headerWidth", () => {
  it("leaves room for the text and, where it can be sorted, the arrow", () => {
    expect(headerWidth({ id: "a", header: "Partitions" }, measure)).toBe(128);
    expect(headerWidth({ id: "a", header: "Partitions", sort: "a" }, measure)).toBe(150);
  });
});

describe("leastWidth", () => {
  it("holds each of a column's words, and the sign before them", () => {
    expect(leastWidth({ id: "a", header: "Type", words: ["share", "consumer"] }, measure)).toBe(108);
    expect(leastWidth({ id: "a", header: "Type", words: ["consumer"], sign: true }, measure)).toBe(128);
    expect(leastWidth({ id: "a", header: "Type of group", words: ["share"] }, measure)).toBe(158);
  });
});

describe("fittedWidths", () => {
  it("is never narrower than the header", () => {
    const tight = { id: "a", header: "A rather long header", width: 60 };
    expect(fittedWidths([tight], 10, measure)).toEqual({ a: 228 });
  });
  it("lets words shrink where room is short, figures not", () => {
    expect(fittedWidths([words, figure], 250, measure)).toEqual({ name: 150, size: 100 });
  });
  it("gives spare room to words before figures", () => {
    expect(fittedWidths([words, figure], 400, measure)).toEqual({ name: 300, size: 100 });
  });
  it("spreads what is left over all", () => {
    const widths = fittedWidths([words, figure], 840, measure);
    expect(widths.name).toBe(640);
    expect(widths.size).toBe(200);
  });
});

describe("hiddenByDefault", () => {
  const columns = [words, { ...figure, id: "b", wide: 2 }, { ...figure, id: "c", wide: 1 }];
  it("hides what does not fit, the highest first", () => {
    expect(hiddenByDefault(columns, 350, measure)).toEqual([]);
    expect(hiddenByDefault(columns, 340, measure)).toEqual(["b"]);
    expect(hiddenByDefault(columns, 100, measure)).toEqual(["b", "c"]);
  });
  it("hides the extra before words have to shrink, and before what is wide", () => {
    const extra = { ...figure, id: "d", extra: true };
    expect(hiddenByDefault([...columns, extra], 500, measure)).toEqual([]);
    expect(hiddenByDefault([...columns, extra], 499, measure)).toEqual(["d"]);
    expect(hiddenByDefault([...columns, extra], 340, measure)).toEqual(["d", "b"]);
  });
  it("hides the optional always", () => {
    expect(hiddenByDefault([words, { ...figure, optional: true }], 9999, measure)).toEqual(["size"]);
  });
});
