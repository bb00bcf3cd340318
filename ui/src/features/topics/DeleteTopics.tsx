import type { ReactNode } from "react";
import type { LostPlaces, TopicRow } from "~/contract/types";
import { tag, useCall, useCommand } from "~/shared/api";
import { Confirm } from "~/shared/Confirm";
import { useFlash } from "~/shared/flash";
import { bytes, count } from "~/shared/format";
import { Outcomes } from "~/shared/Outcomes";
import { defineTexts, type Translate, useT } from "~/shared/text";

const texts = defineTexts({
  title: {
    en: "{n, plural, one {Delete topic} other {Delete # topics}}",
    ko: "{n, plural, =1 {토픽 삭제} other {토픽 #개 삭제}}",
  },
  one: { en: "Delete <b>{name}</b> permanently?", ko: "<b>{name}</b>을(를) 영구적으로 삭제할까요?" },
  many: { en: "Delete these topics permanently?", ko: "다음 토픽을 영구적으로 삭제할까요?" },
  warning: {
    en: "{n, plural, one {One message} other {{messages} messages}} will be lost ({size} on disk, all replicas).",
    ko: "{n, plural, other {메시지 {messages}개}}가 삭제됩니다(디스크 {size}, 모든 레플리카).",
  },
  groups: {
    en: " {n, plural, one {# consumer group reads} other {# consumer groups read}} it.",
    ko: " 컨슈머 그룹 {n, number}개가 읽고 있습니다.",
  },
  named: {
    en: " {n, plural, one {# consumer group reads or has} other {# consumer groups read or have}} committed offsets of {topics, plural, one {it} other {them}}: {names}.",
    ko: " 컨슈머 그룹 {n, number}개가 읽고 있거나 오프셋을 커밋했습니다: {names}.",
  },
  others: { en: "{names} and {n} more", ko: "{names} 외 {n}개" },
  action: { en: "Delete", ko: "삭제" },
});
const bold = (chunks: ReactNode[]) => <b>{chunks}</b>;

function sum(values: (string | null)[]): string {
  return values.reduce((total, value) => total + BigInt(value ?? 0), 0n).toString();
}

/** Who loses its place with the topics, the first few by name; until they are known, how many read the only one. */
export function groupsText(
  t: Translate,
  topics: readonly Pick<TopicRow, "groups">[],
  lost: LostPlaces | undefined,
): string {
  if (!lost) {
    const reading = topics.length === 1 ? (topics[0]?.groups ?? 0) : 0;
    return reading > 0 ? t(texts.groups, { n: reading }) : "";
  }
  if (lost.total === 0) return "";
  const first = lost.groups.join(", ");
  const more = lost.total - lost.groups.length;
  const names = more > 0 ? t(texts.others, { names: first, n: more }) : first;
  return t(texts.named, { n: lost.total, topics: topics.length, names });
}

interface DeleteTopicsProps {
  cluster: string;
  topics: TopicRow[];
  onDismiss: () => void;
  onDone: () => void;
}

/** One topic by its name, several by their count; results per topic when some could not be deleted. */
export function DeleteTopics({ cluster, topics, onDismiss, onDone }: DeleteTopicsProps) {
  const t = useT();
  const { track } = useFlash();
  const remove = useCommand("topics.delete", [tag.topics(cluster), tag.cluster(cluster)]);
  const names = topics.map((topic) => topic.name);
  const preview = useCall(
    "topics.delete",
    { cluster, topics: names, confirm: "", dry_run: true },
    { tags: [], keep: true },
  );
  const [first] = topics;
  const single = topics.length === 1 && first ? first : null;
  const lost = useCall("topics.lost_places", { cluster, topics: names }, { tags: [] });
  const word = single ? single.name : String(topics.length);
  const failed = (remove.data?.results ?? []).flatMap(({ topic, error }) =>
    error ? [{ name: topic, error }] : [],
  );

  const confirm = async () => {
    try {
      const answer = await remove.mutateAsync({ cluster, topics: names, confirm: word, dry_run: false });
      track(answer.operation);
      if (answer.results.every((result) => result.error === null)) onDone();
    } catch {
      // Shown inside the modal.
    }
  };
  const messages = sum(topics.map((topic) => topic.messages));
  return (
    <Confirm
      title={t(texts.title, { n: topics.length })}
      word={word}
      warning={
        t(texts.warning, {
          n: Number(messages),
          messages: count(messages),
          size: bytes(sum(topics.map((topic) => topic.size))),
        }) + groupsText(t, topics, lost.data)
      }
      action={t(texts.action)}
      command={preview.data?.command}
      pending={remove.isPending}
      error={remove.error}
      onConfirm={() => void confirm()}
      onDismiss={failed.length > 0 ? onDone : onDismiss}
    >
      {single ? t.rich(texts.one, { name: single.name, b: bold }) : t(texts.many)}
      <Outcomes names={names} failed={failed} />
    </Confirm>
  );
}
