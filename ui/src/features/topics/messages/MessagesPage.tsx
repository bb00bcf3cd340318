import { useCallback, useMemo } from "react";
import { useSearchParams } from "react-router";
import type { TopicDetail } from "~/contract/types";
import { TopicFrame } from "../topic/TopicFrame";
import { Controls } from "./Controls";
import { LiveView } from "./LiveView";
import { readQuery } from "./query";
import { SearchView } from "./SearchView";

function Messages({ topic }: { topic: TopicDetail }) {
  const [params, setParams] = useSearchParams();
  const query = useMemo(() => readQuery(params), [params]);
  const patch = useCallback(
    (changes: Record<string, string | null>) =>
      setParams(
        (before) => {
          const next = new URLSearchParams(before);
          for (const [key, value] of Object.entries(changes))
            if (value === null || value === "") next.delete(key);
            else next.set(key, value);
          return next;
        },
        { replace: true },
      ),
    [setParams],
  );
  const View = query.live ? LiveView : SearchView;
  return (
    <div>
      <Controls topic={topic} query={query} onPatch={patch} />
      <View topic={topic.name} query={query} onPatch={patch} />
    </div>
  );
}

export default function MessagesPage() {
  return <TopicFrame tab="messages">{(topic) => <Messages topic={topic} />}</TopicFrame>;
}
