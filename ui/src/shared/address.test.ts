import { afterEach, describe, expect, it } from "vitest";
import { changed, type Place, settled } from "./address";

const at = (search: string, key: string, pathname = "/c/a/topics"): Place => ({ pathname, search, key });

describe("changes of the address", () => {
  afterEach(() => settled(at("", "end", "/elsewhere")));

  it("builds on a change that is not shown yet", () => {
    expect(changed(at("", "k0"), { edit: "1" })).toBe("edit=1");
    expect(changed(at("", "k0"), { q: "ms" })).toBe("edit=1&q=ms");
    expect(changed(at("", "k0"), { edit: null })).toBe("q=ms");
  });
  it("builds on the last change though an earlier one is shown", () => {
    changed(at("", "k0"), { edit: "1" });
    changed(at("", "k0"), { q: "m" });
    settled(at("?edit=1", "k1"));
    expect(changed(at("?edit=1", "k1"), { q: "ms" })).toBe("edit=1&q=ms");
  });
  it("builds on what is shown once all is shown", () => {
    changed(at("", "k0"), { q: "ms" });
    settled(at("?q=ms", "k1"));
    expect(changed(at("", "k2"), { page: "2" })).toBe("page=2");
  });
  it("forgets what was on its way when another page came", () => {
    changed(at("", "k0"), { q: "ms" });
    settled(at("", "k1", "/c/a/groups"));
    expect(changed(at("", "k0"), { page: "2" })).toBe("page=2");
    expect(changed(at("?sort=size", "k5"), { page: "3" })).toBe("sort=size&page=3");
  });
  it("reads however a browser writes it", () => {
    changed(at("", "k0"), { q: "a b" });
    settled(at("?q=a%20b", "k1"));
    expect(changed(at("?q=a%20b", "k1"), { page: "2" })).toBe("q=a+b&page=2");
  });
});
