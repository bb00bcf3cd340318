//! Every screen: where it is, what shows that it is there, what is done on it before its picture.

/// What something is called in English and in Korean.
pub(super) type Names = [&'static str; 2];

#[derive(Debug, Clone, Copy)]
pub(super) enum Step {
    Click(&'static str, Names),
    /// A menu and an entry of it.
    Choose(Names, Names),
    Fill(Names, &'static str),
    Keys(&'static str),
    /// Opens the palette and types.
    Palette(&'static str),
    /// Breaks what tables are sorted by, before the page opens.
    Sabotage,
}

#[derive(Debug)]
pub(super) struct Screen {
    /// The file is called so.
    pub(super) name: &'static str,
    /// The line under the picture in docs/SCREENS.md.
    pub(super) says: &'static str,
    /// `~` is the cluster's page.
    pub(super) path: &'static str,
    /// Text of the page in both languages, without which it is not there yet.
    pub(super) there: Names,
    pub(super) steps: &'static [Step],
}

const fn screen(
    name: &'static str,
    path: &'static str,
    there: Names,
    says: &'static str,
) -> Screen {
    Screen { name, path, there, says, steps: &[] }
}

/// Before there is any cluster.
pub(super) const EMPTY: [Screen; 1] = [screen(
    "clusters-empty",
    "/clusters",
    ["Kafka 4.4", "Kafka 4.4"],
    "The first start: what this is, and the one thing to do.",
)];

/// A cluster of three brokers with the sample workload.
pub(super) const RUNNING: [Screen; 28] = [
    screen(
        "clusters",
        "/clusters",
        ["9092", "9092"],
        "Clusters: local ones and connections; the address to copy on each row.",
    ),
    screen(
        "create-cluster",
        "/clusters/create",
        ["PLAINTEXT", "PLAINTEXT"],
        "Create cluster: name and brokers; each default stands below, with what can be changed later.",
    ),
    Screen {
        name: "connect",
        path: "/clusters/connect",
        there: ["Bootstrap", "부트스트랩"],
        steps: &[
            Step::Fill(["Bootstrap address", "부트스트랩 주소"], "localhost:9093"),
            Step::Click("button", ["Test connection", "연결 테스트"]),
        ],
        says: "Connect to a cluster that runs elsewhere: the connection is tested by named steps.",
    },
    screen(
        "overview",
        "~",
        ["shop-billing", "shop-billing"],
        "Overview: health in one line, counts, throughput, where the lag is, what happened.",
    ),
    screen(
        "client-information",
        "~?client=1",
        ["bootstrap.servers", "bootstrap.servers"],
        "Client information: settings that are ready to paste.",
    ),
    screen("topics", "~/topics", ["shop.orders", "shop.orders"], "Topics."),
    screen("create-topic", "~/topics/create", ["249", "249"], "Create topic."),
    Screen {
        name: "topic-messages",
        path: "~/topics/shop.orders/messages",
        there: ["shop.orders", "shop.orders"],
        steps: &[Step::Click("row", ["~Partition ", "~파티션 "])],
        says: "Topic, messages: newest first, one of them open.",
    },
    screen(
        "topic-live",
        "~/topics/shop.orders/messages?live=1",
        ["shop.orders", "shop.orders"],
        "Topic, messages as they come.",
    ),
    screen(
        "topic-produce",
        "~/topics/shop.orders/produce",
        ["shop.orders", "shop.orders"],
        "Topic, produce.",
    ),
    screen(
        "topic-partitions",
        "~/topics/shop.orders/partitions",
        ["shop.orders", "shop.orders"],
        "Topic, partitions.",
    ),
    screen(
        "topic-configuration",
        "~/topics/shop.orders/configuration",
        ["cleanup.policy", "cleanup.policy"],
        "Topic, configuration: value, default and source of each.",
    ),
    Screen {
        name: "topic-configuration-edit",
        path: "~/topics/shop.orders/configuration?edit=1",
        there: ["cleanup.policy", "cleanup.policy"],
        steps: &[Step::Fill(["segment.bytes", "segment.bytes"], "few")],
        says: "Topic, configuration while it is edited: wrong values are told as they are typed.",
    },
    screen(
        "topic-consumers",
        "~/topics/shop.orders/consumers",
        ["shop-billing", "shop-billing"],
        "Topic, consumers: who reads it, and how far behind.",
    ),
    screen(
        "topic-delete",
        "~/topics/shop.orders/messages?delete=1",
        ["shop.orders", "shop.orders"],
        "Deleting a topic asks for its name.",
    ),
    screen("groups", "~/groups", ["shop-billing", "shop-billing"], "Consumer groups."),
    screen(
        "group",
        "~/groups/shop-analytics",
        ["shop.page-views", "shop.page-views"],
        "Consumer group: members, assignment, lag by partition.",
    ),
    screen(
        "reset-offsets",
        "~/groups/monthly-report?reset=1",
        ["→", "→"],
        "Reset offsets: each commit before and after.",
    ),
    screen(
        "brokers",
        "~/brokers",
        ["zone-a", "zone-a"],
        "Brokers, their log dirs, and the controllers' quorum.",
    ),
    Screen {
        name: "broker-stop",
        path: "~/brokers",
        there: ["zone-a", "zone-a"],
        steps: &[
            Step::Click("radio", ["Select 2", "2 선택"]),
            Step::Choose(["Actions", "작업"], ["Stop", "중지"]),
        ],
        says: "Stopping a broker says what it means.",
    },
    Screen {
        name: "activity",
        path: "~",
        there: ["shop-billing", "shop-billing"],
        steps: &[Step::Keys("a")],
        says: "Activity: what runs and what ran, beside any page.",
    },
    screen(
        "operations",
        "~/operations",
        ["my-cluster", "my-cluster"],
        "Operations: everything that changed the cluster, with the command that does the same.",
    ),
    screen("settings", "/settings", ["/", "/"], "Settings."),
    screen("about", "/about", ["Apache", "Apache"], "About Weir."),
    Screen {
        name: "palette",
        path: "~/topics",
        there: ["shop.orders", "shop.orders"],
        steps: &[Step::Palette("shop")],
        says: "The palette: every action and every topic by typing.",
    },
    Screen {
        name: "shortcuts",
        path: "~/topics",
        there: ["shop.orders", "shop.orders"],
        steps: &[Step::Keys("?")],
        says: "The keys.",
    },
    screen("page-not-found", "~/nowhere", ["nowhere", "nowhere"], "An address that leads nowhere."),
    screen(
        "topic-not-found",
        "~/topics/gone/messages",
        ["gone", "gone"],
        "A topic that is no longer there.",
    ),
];

/// A connection beside it.
pub(super) const CONNECTED: [Screen; 1] = [Screen {
    name: "edit-connection",
    path: "/clusters",
    there: ["staging", "staging"],
    steps: &[
        Step::Click("radio", ["Select staging", "staging 선택"]),
        Step::Choose(["Actions", "작업"], ["Edit connection", "연결 편집"]),
    ],
    says: "Edit connection: what Weir calls it and where the cluster is now, tested by the same steps.",
}];

/// A broker died.
pub(super) const DEGRADED: [Screen; 3] = [
    screen("overview-broker-killed", "~", ["1", "1"], "Overview after a broker was killed."),
    screen("brokers-one-killed", "~/brokers", ["zone-a", "zone-a"], "Brokers, one of them killed."),
    screen(
        "partitions-one-killed",
        ORDERS_PARTITIONS,
        ["shop.orders", "shop.orders"],
        "Partitions while a broker is down.",
    ),
];
const ORDERS_PARTITIONS: &str = "~/topics/shop.orders/partitions";

/// The engine was killed and is not back yet.
pub(super) const HEALING: [Screen; 2] = [
    screen(
        "clusters-healing",
        "/clusters",
        ["Healing", "복구 중"],
        "Clusters: one is being healed.",
    ),
    screen(
        "overview-healing",
        "~",
        ["Healing", "복구 중"],
        "Overview while the cluster is being healed.",
    ),
];

pub(super) const STOPPED: [Screen; 2] = [
    screen(
        "overview-stopped",
        "~",
        ["Start cluster", "클러스터 시작"],
        "Overview of a cluster that is stopped.",
    ),
    screen(
        "topics-stopped",
        "~/topics",
        ["Start cluster", "클러스터 시작"],
        "A page that needs the cluster running.",
    ),
];

/// A fault of Weir's own.
pub(super) const BROKEN: [Screen; 1] = [Screen {
    name: "page-stopped",
    path: "/clusters",
    there: ["This page has stopped", "이 페이지가 중지되었습니다"],
    steps: &[Step::Sabotage],
    says: "A page that throws: what happened, details to copy, a way on.",
}];
