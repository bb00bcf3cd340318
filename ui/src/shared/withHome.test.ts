import { expect, it } from "vitest";
import { withHome } from "./withHome";

const flag = "--home '/my data'";

it("names the data folder to each weir of a line, and to nothing else", () => {
  expect(withHome("weir topic delete a --yes", flag)).toBe(`weir topic delete a --yes ${flag}`);
  expect(withHome("weir group reset g && weir group delete-offsets g", flag)).toBe(
    `weir group reset g ${flag} && weir group delete-offsets g ${flag}`,
  );
  const kafka = "kafka-topics.sh --bootstrap-server localhost:9092 --topic weir";
  expect(withHome(kafka, flag)).toBe(kafka);
  const produce = "printf '%s\\n' 'it'\\''s && weir | weir x' | weir produce --cluster c t";
  expect(withHome(produce, flag)).toBe(`${produce} ${flag}`);
  const other = "echo 'a | weir x && weir y'";
  expect(withHome(other, flag)).toBe(other);
});

it("says nothing where weir finds it by itself", () => {
  expect(withHome("weir topic list", null)).toBe("weir topic list");
  expect(withHome("weir topic list", undefined)).toBe("weir topic list");
});
