import { expect, it } from "vitest";
import { type Answers, asksAnew } from "./useView";

const answers = (added: number, over: Partial<{ all: number; fetching: boolean; error: unknown }> = {}) => {
  const { all = 1, fetching = false, error = null } = over;
  const list = { data: { rows: all > 0 ? [{}] : [], all }, isFetching: fetching, error: null };
  return { list, refresh: { data: { added }, error } } as unknown as Answers<unknown>;
};

it("takes the newest order on a fresh visit", () => {
  expect(asksAnew(answers(1), 500)).toBe(true);
  expect(asksAnew(answers(0), 500)).toBe(false);
  expect(asksAnew(answers(1, { fetching: true }), 500)).toBe(false);
});
it("keeps the order of who reads already", () => expect(asksAnew(answers(1), 10_000)).toBe(false));
it("has no order to keep of an empty or a lapsed list", () => {
  expect(asksAnew(answers(1, { all: 0 }), 10_000)).toBe(true);
  expect(asksAnew(answers(0, { error: "expired" }), 10_000)).toBe(true);
});
