import { describe, expect, it } from "vitest";
import { comeBack } from "./useTyped";

describe("what comes back", () => {
  it("is no change when it was typed here, however late", () => {
    expect(comeBack(["", "a", "ab"], "a")).toEqual(["a", "ab"]);
    expect(comeBack(["a", "ab"], "ab")).toEqual(["ab"]);
    expect(comeBack(["ab"], "ab")).toEqual(["ab"]);
  });
  it("is the last of several that are equal", () => {
    expect(comeBack(["", "a", ""], "")).toEqual([""]);
  });
  it("is a change from outside otherwise", () => {
    expect(comeBack(["ab"], "")).toBeNull();
    expect(comeBack(["ab"], "a")).toBeNull();
  });
});
