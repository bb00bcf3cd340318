import { expect, it } from "vitest";
import { translator } from "~/shared/text";
import { groupsText } from "./DeleteTopics";

it("names the groups that lose their place with a topic, the first few of many", () => {
  const t = translator("en");
  expect(groupsText(t, 0, undefined)).toBe("");
  expect(groupsText(t, 2, undefined)).toBe(" 2 consumer groups read it.");
  expect(groupsText(t, 2, [])).toBe("");
  expect(groupsText(t, 1, ["billing"])).toBe(
    " 1 consumer group reads or has committed offsets of it: billing.",
  );
  expect(groupsText(t, 7, ["a", "b", "c", "d", "e", "f", "g"])).toContain("a, b, c, d, e and 2 more.");
});
