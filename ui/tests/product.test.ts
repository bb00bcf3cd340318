import { describe, expect, it } from "vitest";
import { actions, features, navEntries, pageAt, pages } from "~/app/features";
import { en, ko } from "~/generated/texts";
import { type Message, translator } from "~/shared/text";

const params = { cluster: "c 1", topic: "t/1", group: "g%1" };

/** The page that an address opens, by the router's own rules for our paths. */
function pageOf(href: string) {
  const path = href.split("?")[0] ?? "";
  const exact = pages.find((page) => page.path === path);
  if (exact) return exact;
  return pages.find((page) => {
    const pattern = page.path.replace(/:[a-z]+/g, "[^/]+");
    return new RegExp(`^${pattern}$`).test(path);
  });
}

describe("every entry opens a finished page", () => {
  it("finds all areas", () => {
    const areas = features.map((feature) => feature.area).sort();
    expect(areas).toEqual([
      "about",
      "brokers",
      "clusters",
      "groups",
      "operations",
      "overview",
      "settings",
      "topics",
    ]);
  });
  it.each(navEntries.map((entry) => [entry.path] as const))("menu %s", (path) => {
    expect(pageAt(path)).toBeDefined();
  });
  it.each(actions.map((action) => [action.id, action] as const))("palette %s", (_id, action) => {
    expect(pageOf(action.href(params))).toBeDefined();
  });
  it("every page without parameters of its own can be reached by typing", () => {
    const reached = actions.map((action) => pageOf(action.href(params))?.path);
    for (const page of pages.filter((each) => !/:(topic|group)/.test(each.path)))
      expect(reached, page.path).toContain(page.path);
  });
  it("each page has its parents and a default export", async () => {
    for (const page of pages) {
      for (const parent of page.parents) expect(pageAt(parent), `${page.path} -> ${parent}`).toBeDefined();
      expect((await page.load()).default, page.path).toBeTypeOf("function");
    }
  }, 60_000);
  it("no path, action or shortcut is there twice", () => {
    for (const list of [
      pages.map((page) => page.path),
      actions.map((action) => action.id),
      actions.flatMap((action) => action.keys ?? []),
    ])
      expect(new Set(list).size).toBe(list.length);
  });
});

/** Every texts table of the source, read as modules so that nothing is matched by luck. */
async function allMessages(): Promise<[string, Message][]> {
  const modules = import.meta.glob<{ texts?: Record<string, Message> }>("../src/**/texts.ts");
  const tables = await Promise.all(
    Object.entries(modules).map(async ([path, load]) => [path, await load()] as const),
  );
  return tables.flatMap(([path, { texts }]) =>
    Object.entries(texts ?? {}).map(([key, message]): [string, Message] => [`${path} ${key}`, message]),
  );
}

/** Names of ICU arguments and of tags, whatever their order. */
function argumentsOf(message: string): string[] {
  const names = [...message.matchAll(/\{(\w+)(?=[,}])/g)].map((match) => match[1] ?? "");
  const tags = [...message.matchAll(/<(\w+)>/g)].map((match) => `<${match[1]}>`);
  return [...new Set([...names, ...tags])].sort();
}

describe("texts", () => {
  it("say the same in both languages, with the same arguments", async () => {
    const messages = await allMessages();
    expect(messages.length).toBeGreaterThan(300);
    for (const [where, message] of messages) {
      expect(message.en.trim(), where).not.toBe("");
      expect(message.ko.trim(), where).not.toBe("");
      expect(argumentsOf(message.ko), where).toEqual(argumentsOf(message.en));
    }
  });
  it("format without an error", async () => {
    for (const [where, message] of await allMessages())
      for (const language of ["en", "ko"] as const) {
        const values = Object.fromEntries(argumentsOf(message[language]).map((name) => [name, 3]));
        const plain = { en: message.en.replace(/<\/?\w+>/g, ""), ko: message.ko.replace(/<\/?\w+>/g, "") };
        const text = translator(language)(plain, values);
        expect(text, where).not.toMatch(/[{}]/);
      }
  });
  it("of the core are complete in both languages", () => {
    expect(Object.keys(ko).sort()).toEqual(Object.keys(en).sort());
    expect(translator("ko").core({ id: "no.such.text" as keyof typeof en, args: {} })).toBe("no.such.text");
  });
});
