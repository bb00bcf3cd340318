import { createElement, type ReactNode } from "react";
import { describe, expect, it } from "vitest";
import { ko, type TextId } from "~/generated/texts";
import { textOf, withJosa } from "./josa";
import { translator } from "./text";

describe("withJosa", () => {
  it.each([
    ["토픽을(를)", "토픽을"],
    ["브로커을(를)", "브로커를"],
    ["orders이(가)", "orders가"],
    ["email이(가)", "email이"],
    ["billing이(가)", "billing이"],
    ["server이(가)", "server가"],
    ["ISR이(가)", "ISR이"],
    ["UTC(으)로", "UTC로"],
    ["서울(으)로", "서울로"],
    ["시간(으)로", "시간으로"],
    ["브로커 3이(가)", "브로커 3이"],
    ["브로커 2은(는)", "브로커 2는"],
    ["파티션와(과)", "파티션과"],
    ["“메일”을(를)", "“메일”을"],
    ['"!"을(를)', '"!"를'],
  ])("%s is read %s", (text, read) => expect(withJosa(text)).toBe(read));

  it.each([
    ["billing", "billing을 지우고 billing으로"],
    ["orders", "orders를 지우고 orders로"],
    ["메일", "메일을 지우고 메일로"],
  ])("reads the element before it: %s", (name, read) => {
    const text = { en: "", ko: "<b>{name}</b>을(를) 지우고 <b>{name}</b>(으)로" };
    const b = (chunks: ReactNode[]) => createElement("b", null, chunks);
    expect(textOf(translator("ko").rich(text, { name, b }))).toBe(read);
  });
});

/** Two forms of a particle, of which a person should see one. */
const BOTH = /[을를이가은는와과]\([을를이가은는와과]\)|\(으\)로|\(이\)/g;
const KNOWN = ["을(를)", "이(가)", "은(는)", "와(과)", "(으)로"];

/** Whatever a text is about, called this. */
function argsOf(source: string, value: string): Record<string, string> {
  return Object.fromEntries([...source.matchAll(/\{(\w+)[,}]/g)].map(([, name]) => [name ?? "", value]));
}

describe("texts in Korean", () => {
  it.each(["orders", "billing", "메일", "3", "!"])("say one particle after %s", (value) => {
    const t = translator("ko");
    for (const [id, source] of Object.entries(ko))
      expect(t.core({ id: id as TextId, args: argsOf(source, value) })).not.toMatch(BOTH);
  });

  it("are written with pairs that are known", () => {
    const sources = import.meta.glob("../**/*.{ts,tsx}", { query: "?raw", import: "default", eager: true });
    const written = Object.entries(sources).filter(([path]) => !path.endsWith(".test.ts"));
    expect(written.length).toBeGreaterThan(100);
    for (const [path, source] of written)
      for (const [pair] of String(source).matchAll(BOTH)) expect(KNOWN, path).toContain(pair);
  });
});
