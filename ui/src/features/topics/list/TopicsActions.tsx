import ButtonDropdown, { type ButtonDropdownProps } from "@cloudscape-design/components/button-dropdown";
import { useNavigate } from "react-router";
import type { ClusterDetail, TopicRow } from "~/contract/types";
import { paths } from "~/shared/paths";
import { type Message, useT } from "~/shared/text";
import { texts } from "../texts";

interface TopicsActionsProps {
  cluster: string;
  detail: ClusterDetail | undefined;
  chosen: TopicRow[];
  onDelete: () => void;
}

export function TopicsActions({ cluster, detail, chosen, onDelete }: TopicsActionsProps) {
  const t = useT();
  const navigate = useNavigate();
  const [first] = chosen;
  const one = chosen.length === 1 ? null : t(texts.selectOne);
  const permit = (name: "produce" | "alter_config" | "delete_topic") => {
    const reason = detail?.permits[name];
    return reason ? t.core(reason) : null;
  };
  const item = (id: string, text: Message, reason: string | null): ButtonDropdownProps.Item => ({
    id,
    text: t(text),
    ...(reason ? { disabled: true, disabledReason: reason } : {}),
  });
  const internal = chosen.some((row) => row.internal) ? t(texts.selectionInternal) : null;
  const onClick = (id: string) => {
    if (id === "delete") onDelete();
    else if (first && id === "produce") navigate(paths.produce(cluster, first.name));
    else if (first && id === "config") navigate(paths.topic(cluster, first.name, "configuration"));
    else if (first && id === "partitions")
      navigate(`${paths.topic(cluster, first.name, "partitions")}?add=1`);
  };
  return (
    <ButtonDropdown
      disabled={chosen.length === 0}
      disabledReason={t(texts.selectAny)}
      items={[
        item("produce", texts.produce, one ?? permit("produce")),
        item("config", texts.editConfig, one ?? permit("alter_config")),
        item("partitions", texts.addPartitions, one ?? permit("alter_config")),
        item("delete", texts.delete, internal ?? permit("delete_topic")),
      ]}
      onItemClick={({ detail: clicked }) => onClick(clicked.id)}
    >
      {t(texts.actions)}
    </ButtonDropdown>
  );
}
