import { describe, expect, it } from "vitest";
import { layOut, pretty, readable, tokenise } from "./json";

describe("pretty", () => {
  it("keeps every digit of 64-bit integers and of decimals", () => {
    const source = '{"id":9007199254740993,"min":-9223372036854775808,"price":1.10,"e":1E400}';
    const text = pretty(source);
    for (const number of ["9007199254740993", "-9223372036854775808", "1.10", "1E400"])
      expect(text).toContain(number);
  });
  it("lays out members one a line and leaves empty ones closed", () => {
    expect(pretty('{"a":[1,{"b":[]}],"c":{}}')).toBe(
      '{\n  "a": [\n    1,\n    {\n      "b": []\n    }\n  ],\n  "c": {}\n}',
    );
  });
  it("does not read inside strings", () => {
    const source = '{"a":"{\\"b\\": [1,2]} , :"}';
    expect(pretty(source)).toBe('{\n  "a": "{\\"b\\": [1,2]} , :"\n}');
  });
  it("gives back what is not JSON as it was", () => {
    for (const source of ["{oops}", "", "hello", '{"a":'.concat("\u0001")])
      expect(pretty(source)).toBe(source);
  });
  it("says the same data as the source", () => {
    const source = '[{"a":1,"b":[true,false,null]},"x\\u00e9",-0.5e-3]';
    expect(JSON.parse(pretty(source))).toEqual(JSON.parse(source));
  });
});

describe("tokenise", () => {
  it("tells keys from strings", () => {
    const tokens = tokenise('{"key":"value"}') ?? [];
    const kinds = layOut(tokens).flatMap((line) => line.tokens.map((token) => [token.kind, token.text]));
    expect(kinds).toContainEqual(["key", '"key"']);
    expect(kinds).toContainEqual(["string", '"value"']);
  });
});

describe("readable", () => {
  it("shows the characters that escapes stand for", () => {
    expect(readable('"\\uc11c\\uc6b8 \\ud83d\\ude00"')).toBe('"서울 😀"');
  });
  it("leaves what would change the text's shape", () => {
    for (const kept of [
      '"\\u0022"',
      '"\\u005c"',
      '"\\u000a"',
      '"\\u202e"',
      '"\\ud83d"',
      '"\\\\uc11c"',
      '"\\n"',
    ])
      expect(readable(kept)).toBe(kept);
  });
});
