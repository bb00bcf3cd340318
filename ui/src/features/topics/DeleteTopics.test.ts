import { expect, it } from "vitest";
import { translator } from "~/shared/text";
import { groupsText } from "./DeleteTopics";

const t = translator("en");
const topics = (...groups: (number | null)[]) => groups.map((each) => ({ groups: each }));
const lost = (total: number, ...groups: string[]) => ({ total, groups });

it("names the groups that lose their place with a topic, the first few of many", () => {
  expect(groupsText(t, topics(0), undefined)).toBe("");
  expect(groupsText(t, topics(2), undefined)).toBe(" 2 consumer groups read it.");
  expect(groupsText(t, topics(2), lost(0))).toBe("");
  expect(groupsText(t, topics(1), lost(1, "billing"))).toBe(
    " 1 consumer group reads or has committed offsets of it: billing.",
  );
  expect(groupsText(t, topics(7), lost(7, "a", "b", "c", "d", "e"))).toContain("a, b, c, d, e and 2 more.");
});

it("names the groups that lose their place with any of several topics", () => {
  // A group of two topics would count twice: nothing is said before it is known.
  expect(groupsText(t, topics(2, 1), undefined)).toBe("");
  expect(groupsText(t, topics(2, null), lost(2, "audit", "billing"))).toBe(
    " 2 consumer groups read or have committed offsets of them: audit, billing.",
  );
  expect(groupsText(translator("ko"), topics(2, 1), lost(9, "a", "b", "c", "d", "e"))).toBe(
    " 컨슈머 그룹 9개가 읽고 있거나 오프셋을 커밋했습니다: a, b, c, d, e 외 4개.",
  );
});
