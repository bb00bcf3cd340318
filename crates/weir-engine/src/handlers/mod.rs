//! One file an API key, named after it.

mod configs;
pub(crate) mod k00_produce;
pub(crate) mod k01_fetch;
pub(crate) mod k02_list_offsets;
pub(crate) mod k03_metadata;
pub(crate) mod k18_api_versions;
pub(crate) mod k19_create_topics;
pub(crate) mod k20_delete_topics;
pub(crate) mod k21_delete_records;
pub(crate) mod k23_offset_for_leader_epoch;
pub(crate) mod k32_describe_configs;
pub(crate) mod k35_describe_log_dirs;
pub(crate) mod k37_create_partitions;
pub(crate) mod k44_incremental_alter_configs;
pub(crate) mod k55_describe_quorum;
pub(crate) mod k60_describe_cluster;
pub(crate) mod k75_describe_topic_partitions;
pub(crate) mod leaders;
