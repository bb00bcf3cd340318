import { expect, it } from "vitest";
import { render } from "../../tests/render";
import { piecesOf } from "./Breakable";
import { Copyable, endOf } from "./Copyable";

it("breaks paths after slashes and addresses after commas, and loses nothing", () => {
  expect(piecesOf("/var/lib/weir")).toEqual(["/", "var/", "lib/", "weir"]);
  expect(piecesOf("C:\\weir\\data")).toEqual(["C:\\", "weir\\", "data"]);
  expect(piecesOf("localhost:9092,localhost:9093")).toEqual(["localhost:9092,", "localhost:9093"]);
  for (const text of ["", "a", "//x//", "a,b,"]) expect(piecesOf(text).join("")).toBe(text);
});

it("the button that copies goes with the last piece, of a long one with its end", () => {
  const shown = (text: string) => text.slice(endOf(text));
  expect(shown("/tmp/weir/logs")).toBe("logs");
  expect(shown("localhost:9092,localhost:9093")).toBe("localhost:9093");
  expect(shown("bfSAuKKBTcSd2xpVh39zVA")).toBe("h39zVA");
});

it("what is copied has places to break and still reads the same", async () => {
  const page = await render(<Copyable text="/home/anna/.local/share/weir/clusters" what="path" />);
  expect(page.place.textContent).toContain("/home/anna/.local/share/weir/clusters");
  expect(page.place.querySelectorAll("wbr").length).toBeGreaterThan(3);
  page.close();
});
