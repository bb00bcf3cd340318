import { expect, it } from "vitest";
import { hasTools, pagesOf } from "./slots";

const paging = { page: 1, size: 25, onChange: () => undefined };

it("counts pages, at least one", () => {
  expect(pagesOf({ paging, total: 51 })).toBe(3);
  expect(pagesOf({ paging, total: 25 })).toBe(1);
  expect(pagesOf({ paging, total: undefined })).toBe(1);
  expect(pagesOf({ total: 1000 })).toBe(1);
});

it("has a row of tools for a filter or what stands beside one", () => {
  expect(hasTools({})).toBe(false);
  expect(hasTools({ toolbar: "Show internal" })).toBe(true);
  expect(hasTools({ filter: { value: "", onChange: () => undefined, placeholder: "Find" } })).toBe(true);
});
