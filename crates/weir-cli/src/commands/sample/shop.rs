//! What happens in the shop: customers look at pages, some order, most of them pay.

use serde_json::json;
use weir_core::client::data::NewMessage;
use weir_domain::sample::{CUSTOMERS, ORDERS, PAGE_VIEWS, PAYMENTS};

const CITIES: [&str; 8] =
    ["Seoul", "Busan", "Berlin", "Lisbon", "Nairobi", "Toronto", "Osaka", "Lima"];
const NAMES: [&str; 8] = ["Mina", "Jun", "Ada", "Luis", "Wanjiru", "Noah", "Hana", "Rosa"];
const PAGES: [&str; 6] = ["/", "/search", "/product/17", "/product/42", "/cart", "/checkout"];
const ITEMS: [(&str, u64); 6] = [
    ("espresso cup", 1250),
    ("tea kettle", 4800),
    ("rain coat", 8900),
    ("desk lamp", 3950),
    ("notebook", 690),
    ("backpack", 7200),
];
const METHODS: [&str; 3] = ["card", "transfer", "wallet"];
const CUSTOMERS_COUNT: u64 = 500;

/// Chance that is cheap and the same for the same seed.
#[derive(Debug)]
struct Chance(u64);

impl Chance {
    /// xorshift64*; a seed of 0 would stay 0.
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[(self.next() % all.len() as u64) as usize]
    }
}

#[derive(Debug)]
pub(super) struct Shop {
    chance: Chance,
    orders: u64,
}

impl Shop {
    pub(super) fn new(seed: u64) -> Self {
        // Order numbers go on after a restart without a memory of the last one.
        Self { chance: Chance(seed | 1), orders: seed / 1000 % 100_000_000 }
    }

    /// What happens in half a second: fifteen page views, up to three orders with their payments, sometimes a change
    /// of a customer. At most 44 messages a second.
    pub(super) fn tick(&mut self, now_ms: i64) -> Vec<NewMessage> {
        let mut messages: Vec<_> = (0..15).map(|_| self.page_view(now_ms)).collect();
        for _ in 0..self.chance.below(4) {
            messages.extend(self.order(now_ms));
        }
        if self.chance.below(4) == 0 {
            messages.push(self.customer());
        }
        messages
    }

    fn page_view(&mut self, now_ms: i64) -> NewMessage {
        let customer = self.chance.below(CUSTOMERS_COUNT);
        let value = json!({
            "customer": customer,
            "page": self.chance.of(&PAGES),
            "at": now_ms,
            "took_ms": 20 + self.chance.below(400),
        });
        let headers = [("source", "web")];
        message(PAGE_VIEWS, format!("customer-{customer}"), &value, &headers)
    }

    fn order(&mut self, now_ms: i64) -> Vec<NewMessage> {
        self.orders += 1;
        let number = self.orders;
        let key = format!("order-{number}");
        let (item, cents) = self.chance.of(&ITEMS);
        let count = 1 + self.chance.below(4);
        let total = cents * count;
        let order = json!({
            "order": number,
            "customer": self.chance.below(CUSTOMERS_COUNT),
            "items": [{ "name": item, "count": count, "price_cents": cents }],
            "total_cents": total,
            "status": "PLACED",
            "at": now_ms,
        });
        let trace = format!("{:016x}", self.chance.next());
        let headers = [("trace-id", trace.as_str()), ("content-type", "application/json")];
        let mut messages = vec![message(ORDERS, key.clone(), &order, &headers)];
        if self.chance.below(10) > 0 {
            let status = if self.chance.below(25) == 0 { "FAILED" } else { "PAID" };
            let payment = json!({
                "order": number,
                "method": self.chance.of(&METHODS),
                "amount_cents": total,
                "status": status,
            });
            messages.push(message(PAYMENTS, key, &payment, &headers[..1]));
        }
        messages
    }

    /// The newest of each customer stays; now and then one leaves, which is a tombstone.
    fn customer(&mut self) -> NewMessage {
        let customer = self.chance.below(CUSTOMERS_COUNT);
        let key = format!("customer-{customer}");
        let value = json!({
            "customer": customer,
            "name": self.chance.of(&NAMES),
            "city": self.chance.of(&CITIES),
            "points": self.chance.below(10_000),
        });
        let mut message = message(CUSTOMERS, key, &value, &[]);
        if self.chance.below(40) == 0 {
            message.value = None;
        }
        message
    }
}

fn message(
    topic: &str,
    key: String,
    value: &serde_json::Value,
    headers: &[(&str, &str)],
) -> NewMessage {
    let header =
        |(name, value): &(&str, &str)| ((*name).to_owned(), Some(value.as_bytes().to_vec()));
    NewMessage {
        topic: topic.to_owned(),
        key: Some(key.into_bytes()),
        value: Some(value.to_string().into_bytes()),
        headers: headers.iter().map(header).collect(),
        ..Default::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;
    use weir_domain::sample::TOPICS;

    #[test]
    fn all_topics_at_most_a_hundred_a_second() {
        let mut shop = Shop::new(1_764_100_000_000);
        let ticks: Vec<_> = (0..1200).map(|tick| shop.tick(tick * 500)).collect();
        let busiest =
            ticks.chunks(2).map(|second| second.iter().map(Vec::len).sum::<usize>()).max();
        assert!(busiest.unwrap() <= 100, "{busiest:?} messages in one second");
        let all: Vec<_> = ticks.into_iter().flatten().collect();
        let topics: HashSet<_> = all.iter().map(|message| message.topic.as_str()).collect();
        assert_eq!(topics, HashSet::from(TOPICS));
        assert!(all.iter().all(|message| message.key.is_some()));
        assert!(all.iter().any(|message| message.value.is_none()), "tombstones");
        assert!(all.iter().filter(|m| m.topic == ORDERS).all(|m| m.headers.len() == 2));
    }
}
