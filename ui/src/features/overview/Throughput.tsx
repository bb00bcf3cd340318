import Container from "@cloudscape-design/components/container";
import Grid from "@cloudscape-design/components/grid";
import Header from "@cloudscape-design/components/header";
import type { ClusterDetail } from "~/contract/types";
import { TimeChart } from "~/shared/chart/TimeChart";
import { byteRate, short } from "~/shared/format";
import { useT } from "~/shared/text";
import { answering } from "./answering";
import { texts } from "./texts";

function Head({ title, note }: { title: string; note: string | null }) {
  return (
    <Header variant="h2" description={note ?? ""}>
      {title}
    </Header>
  );
}

/** What came in over the last minutes: messages and bytes. */
export function Throughput({ cluster }: { cluster: ClusterDetail }) {
  const t = useT();
  const note = answering(t, cluster);
  const times = cluster.throughput.map((point) => Number(point.at));
  const sparse = cluster.kind === "remote";
  return (
    <Grid gridDefinition={[{ colspan: { default: 12, s: 6 } }, { colspan: { default: 12, s: 6 } }]}>
      <Container header={<Head title={t(texts.messagesIn)} note={note} />} fitHeight>
        <TimeChart
          title={t(texts.messagesIn)}
          times={times}
          sparse={sparse}
          topMin={10}
          format={(value) => `${short(value)} ${t(texts.perSecond)}`}
          series={[
            {
              label: t(texts.messagesIn),
              color: 1,
              area: true,
              values: cluster.throughput.map((point) => point.messages_in_per_s),
            },
          ]}
        />
      </Container>
      <Container header={<Head title={t(texts.bytesIn)} note={note} />} fitHeight>
        <TimeChart
          title={t(texts.bytesIn)}
          times={times}
          sparse={sparse}
          topMin={1024}
          base={1024}
          format={(value) => byteRate(value)}
          series={[
            {
              label: t(texts.bytesIn),
              color: 3,
              area: true,
              values: cluster.throughput.map((point) => point.bytes_in_per_s),
            },
          ]}
        />
      </Container>
    </Grid>
  );
}
