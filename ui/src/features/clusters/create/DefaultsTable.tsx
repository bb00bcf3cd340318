import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table from "@cloudscape-design/components/table";
import type { DefaultSetting } from "~/contract/types";
import { useT } from "~/shared/text";
import { texts } from "./texts";

function Changeable({ setting }: { setting: DefaultSetting }) {
  const t = useT();
  if (setting.changeable === "no") return <span className="weir-soft">{t(texts.no)}</span>;
  return <StatusIndicator type="success">{t(texts.yes)}</StatusIndicator>;
}

interface DefaultsTableProps {
  settings: DefaultSetting[] | undefined;
  /** What the form says now, instead of the default: by the setting's key. */
  chosen: Record<string, string>;
}

/** Every default in one table: nothing is decided behind the user's back. */
export function DefaultsTable(props: DefaultsTableProps) {
  const t = useT();
  return (
    <Container
      header={
        <Header variant="h2" description={t(texts.allHint)}>
          {t(texts.all)}
        </Header>
      }
    >
      <Table
        variant="borderless"
        wrapLines
        loading={!props.settings}
        loadingText={t(texts.loading)}
        skeleton={{ totalRows: 8 }}
        items={props.settings ?? []}
        trackBy="key"
        ariaLabels={{ tableLabel: t(texts.all) }}
        columnDefinitions={[
          {
            id: "setting",
            header: t(texts.setting),
            cell: (setting) => t.core(setting.label),
            isRowHeader: true,
            width: 200,
            minWidth: 120,
          },
          {
            id: "value",
            header: t(texts.value),
            cell: (setting) => (
              <span>
                {props.chosen[setting.key] ?? setting.value}
                {setting.note ? <span className="weir-doc">{t.core(setting.note)}</span> : null}
              </span>
            ),
          },
          {
            id: "later",
            header: t(texts.later),
            cell: (setting) => <Changeable setting={setting} />,
            width: 190,
            minWidth: 150,
          },
        ]}
      />
    </Container>
  );
}
