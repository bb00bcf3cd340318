//! The cluster as a whole: id, brokers, what APIs they serve.

use weir_domain::{AclOperation, ApiRange, Broker, ClusterInfo, Rights};
use weir_wire::ApiKey;
use weir_wire::messages::describe_cluster_request::DescribeClusterRequest;
use weir_wire::messages::describe_cluster_response::{
    DescribeClusterBroker, DescribeClusterResponse,
};

use crate::client::Client;
use crate::code;
use crate::error::{ClientError, ErrorStep};
use crate::metadata::{known, operations};

impl Client {
    /// Id, controller, brokers (fenced ones too, where the cluster tells them) and what the caller may do.
    pub async fn describe_cluster(&self) -> Result<ClusterInfo, ClientError> {
        if !self.serves(ApiKey::DescribeCluster).await? {
            return Ok(self.topics(&[]).await?.cluster);
        }
        let response = self.any_with(|version| Ok(request(version))).await?;
        if response.error_code != 0 {
            let kind = code::whole(response.error_code, response.error_message.as_deref());
            return Err(whole_error(ApiKey::DescribeCluster, kind));
        }
        Ok(cluster(&response))
    }

    /// What the caller may do here, as far as the cluster tells (KIP-430). Who may create topics everywhere is taken to
    /// be an administrator: of others the topics are asked about, too.
    pub async fn rights(&self) -> Result<Rights, ClientError> {
        if !self.serves(ApiKey::DescribeCluster).await? {
            return Ok(Rights::default());
        }
        let cluster = self.describe_cluster().await?.authorized_operations;
        let topics = match cluster {
            Some(bits) if !AclOperation::Create.is_in(bits) => self.rights_on_topics().await?,
            _ => None,
        };
        Ok(Rights { topics })
    }

    /// The APIs of one broker, or of any.
    pub async fn api_versions(&self, broker: Option<i32>) -> Result<Vec<ApiRange>, ClientError> {
        Ok(self.ranges(broker).await?.list())
    }

    /// Whether the cluster serves an API, as some broker says.
    pub async fn serves(&self, key: ApiKey) -> Result<bool, ClientError> {
        Ok(self.ranges(None).await?.serves(key))
    }
}

/// A refusal whose broker does not matter: any would have said the same.
pub(crate) fn whole_error(api: ApiKey, kind: crate::ErrorKind) -> ClientError {
    ClientError { host: String::new(), port: 0, step: ErrorStep::Request, api: api.name(), kind }
}

fn request(version: i16) -> DescribeClusterRequest {
    DescribeClusterRequest {
        include_cluster_authorized_operations: true,
        include_fenced_brokers: version >= 2,
        ..Default::default()
    }
}

fn cluster(response: &DescribeClusterResponse) -> ClusterInfo {
    let mut brokers: Vec<_> = response.brokers.iter().filter_map(broker).collect();
    brokers.sort_by_key(|broker| broker.id);
    ClusterInfo {
        cluster_id: Some(response.cluster_id.to_string()),
        controller_id: known(response.controller_id),
        brokers,
        authorized_operations: operations(response.cluster_authorized_operations),
    }
}

fn broker(broker: &DescribeClusterBroker) -> Option<Broker> {
    Some(Broker {
        id: broker.broker_id,
        host: broker.host.to_string(),
        port: u16::try_from(broker.port).ok()?,
        rack: broker.rack.as_deref().map(str::to_owned),
        fenced: broker.is_fenced,
    })
}
