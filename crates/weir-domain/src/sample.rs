//! The sample workload's names: who removes it removes exactly these.

pub const ORDERS: &str = "shop.orders";
pub const PAYMENTS: &str = "shop.payments";
/// Compacted: the newest value of each customer.
pub const CUSTOMERS: &str = "shop.customers";
pub const PAGE_VIEWS: &str = "shop.page-views";

pub const TOPICS: [&str; 4] = [ORDERS, PAYMENTS, CUSTOMERS, PAGE_VIEWS];

/// Keeps up with the orders.
pub const BILLING: &str = "shop-billing";
/// Falls behind the page views, and catches up from time to time.
pub const ANALYTICS: &str = "shop-analytics";

pub const GROUPS: [&str; 2] = [BILLING, ANALYTICS];
