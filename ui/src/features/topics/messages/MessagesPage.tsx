import { useMemo } from "react";
import type { TopicDetail } from "~/contract/types";
import { useAddress } from "~/shared/address";
import { TopicFrame } from "../topic/TopicFrame";
import { Controls } from "./Controls";
import { LiveView } from "./LiveView";
import { readQuery } from "./query";
import { SearchView } from "./SearchView";

function Messages({ topic }: { topic: TopicDetail }) {
  const { params, patch } = useAddress();
  const query = useMemo(() => readQuery(params), [params]);
  return (
    <div>
      <Controls topic={topic} query={query} onPatch={patch} />
      {query.live ? (
        <LiveView topic={topic.name} query={query} onPatch={patch} />
      ) : (
        <SearchView topic={topic} query={query} onPatch={patch} />
      )}
    </div>
  );
}

export default function MessagesPage() {
  return <TopicFrame tab="messages">{(topic) => <Messages topic={topic} />}</TopicFrame>;
}
