import type { ClusterDetail } from "~/contract/types";
import type { Translate } from "~/shared/text";
import { texts } from "./texts";

/** "of the 2 of 3 brokers that answer", beside a total that lacks the others; nothing where it is whole, or there is none. */
export function answering(t: Translate, { answering: part }: ClusterDetail): string | null {
  return part && part.answered > 0 ? t(texts.ofAnswering, { n: part.answered, all: part.of }) : null;
}
