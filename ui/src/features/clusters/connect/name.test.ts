import { expect, it } from "vitest";
import { connectionNameProblem } from "./name";

const clusters = [
  { id: "local", name: "local" },
  { id: "c-1", name: "Shop staging" },
];

it.each<[string, string | null, string | null]>([
  ["edge", null, null],
  ["LOCAL ", null, "cluster.name_taken"],
  ["shop Staging", null, "cluster.name_taken"],
  ["shop Staging", "c-1", null],
  ["x".repeat(64), null, null],
  ["x".repeat(65), null, "cluster.name_long"],
])("%s of %s: %s", (name, own, problem) =>
  expect(connectionNameProblem(name, clusters, own)?.id ?? null).toBe(problem),
);
