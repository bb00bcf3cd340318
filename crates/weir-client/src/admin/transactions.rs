//! Transactions that are open in partitions (KIP-664): what read_committed consumers wait for.

use std::collections::{BTreeMap, HashMap};

use weir_domain::{OpenTransaction, TopicPartition};
use weir_wire::ApiKey;
use weir_wire::messages::describe_producers_request::{DescribeProducersRequest, TopicRequest};
use weir_wire::messages::describe_producers_response::{
    DescribeProducersResponse, PartitionResponse,
};
use weir_wire::messages::list_transactions_request::ListTransactionsRequest;
use weir_wire::messages::list_transactions_response::ListTransactionsResponse;

use crate::admin::by_topic;
use crate::client::{Build, Client};
use crate::error::ClientError;

impl Client {
    /// The transactions that are open in these partitions, in order of partition and offset. Leaders and coordinators
    /// that do not answer are left out; clusters before Kafka 3.0 do not tell any.
    pub async fn open_transactions(
        &self,
        partitions: &[TopicPartition],
    ) -> Result<Vec<OpenTransaction>, ClientError> {
        if partitions.is_empty() || !self.serves(ApiKey::DescribeProducers).await? {
            return Ok(Vec::new());
        }
        let leaders = self.route_partitions(partitions).await?.by_leader;
        let requests = leaders.iter().map(|(leader, partitions)| {
            let request = producers_request(partitions);
            let build: Build<DescribeProducersRequest> = Box::new(move |_| Ok(request.clone()));
            (*leader, build)
        });
        let mut open = Vec::new();
        for answer in self.scatter(requests.collect()).await {
            if let Ok(response) = answer.result {
                open.extend(open_in(&response));
            }
        }
        open.sort_by(|a, b| (&a.partition, a.start_offset).cmp(&(&b.partition, b.start_offset)));
        self.name_transactions(&mut open).await?;
        Ok(open)
    }

    /// Adds the transactional ids and states, which coordinators know.
    async fn name_transactions(&self, open: &mut [OpenTransaction]) -> Result<(), ClientError> {
        if open.is_empty() || !self.serves(ApiKey::ListTransactions).await? {
            return Ok(());
        }
        let producers: Vec<_> = open.iter().map(|transaction| transaction.producer_id).collect();
        let requests = self.brokers().await?.into_iter().map(|broker| {
            let request = ListTransactionsRequest {
                producer_id_filters: producers.clone(),
                duration_filter: -1,
                ..Default::default()
            };
            let build: Build<ListTransactionsRequest> = Box::new(move |_| Ok(request.clone()));
            (broker.id, build)
        });
        let mut known = HashMap::new();
        for answer in self.scatter(requests.collect()).await {
            if let Ok(response) = answer.result {
                known.extend(named(&response));
            }
        }
        for transaction in open {
            if let Some((id, state)) = known.get(&transaction.producer_id) {
                transaction.transactional_id = Some(id.clone());
                transaction.state = Some(state.clone());
            }
        }
        Ok(())
    }
}

fn producers_request(partitions: &[TopicPartition]) -> DescribeProducersRequest {
    let topic = |(name, partition_indexes): (&str, Vec<i32>)| TopicRequest {
        name: name.into(),
        partition_indexes,
        ..Default::default()
    };
    DescribeProducersRequest {
        topics: by_topic(partitions).into_iter().map(topic).collect(),
        ..Default::default()
    }
}

fn open_in(response: &DescribeProducersResponse) -> Vec<OpenTransaction> {
    let mut open = Vec::new();
    for topic in &response.topics {
        for partition in &topic.partitions {
            open.extend(open_of(&topic.name, partition));
        }
    }
    open
}

fn open_of(topic: &str, partition: &PartitionResponse) -> Vec<OpenTransaction> {
    let producers = partition.active_producers.iter();
    let open = producers.filter(|producer| producer.current_txn_start_offset >= 0);
    open.map(|producer| OpenTransaction {
        partition: TopicPartition::new(topic, partition.partition_index),
        producer_id: producer.producer_id,
        producer_epoch: producer.producer_epoch,
        start_offset: producer.current_txn_start_offset,
        last_timestamp_ms: (producer.last_timestamp >= 0).then_some(producer.last_timestamp),
        transactional_id: None,
        state: None,
    })
    .collect()
}

/// By producer id: transactional id and state.
fn named(response: &ListTransactionsResponse) -> BTreeMap<i64, (String, String)> {
    let states = response.transaction_states.iter();
    states
        .map(|s| (s.producer_id, (s.transactional_id.to_string(), s.transaction_state.to_string())))
        .collect()
}
