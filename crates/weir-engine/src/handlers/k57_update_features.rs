//! UpdateFeatures, key 57, versions 0 to 2 (KIP-584, KIP-778).
//!
//! All updates of a request are carried out, or none: the error at the top says which feature could not
//! be. Up to v1 a success is repeated for each feature.

use weir_wire::messages::update_features_request::{FeatureUpdateKey, UpdateFeaturesRequest};
use weir_wire::messages::update_features_response::{
    UpdatableFeatureResult, UpdateFeaturesResponse,
};
use weir_wire::{ErrorCode, Str};

use crate::controller::{FeatureUpdate, Refusal, UpgradeType};
use crate::ctx::Ctx;
use crate::reply::Reply;

pub(crate) fn handle(ctx: &Ctx, request: UpdateFeaturesRequest) -> Reply<UpdateFeaturesResponse> {
    let updates: Vec<FeatureUpdate> = request.feature_updates.iter().map(update).collect();
    let outcome = ctx.engine().controller().update_features(&updates, request.validate_only);
    let outcome = outcome.unwrap_or_else(|error| Err(Refusal::from(error)));
    Reply::Done(match outcome {
        Ok(()) => succeeded(request.feature_updates, ctx.version()),
        Err(refusal) => {
            let message = format!(
                "The update failed for all features since the following feature had an error: {}",
                refusal.message
            );
            UpdateFeaturesResponse {
                error_code: refusal.code.0,
                error_message: Refusal::new(refusal.code, message).text(),
                ..Default::default()
            }
        }
    })
}

fn update(asked: &FeatureUpdateKey) -> FeatureUpdate {
    FeatureUpdate {
        name: asked.feature.clone(),
        level: asked.max_version_level,
        upgrade: UpgradeType::from_code(asked.upgrade_type),
    }
}

fn succeeded(updates: Vec<FeatureUpdateKey>, version: i16) -> UpdateFeaturesResponse {
    let results = updates.into_iter().filter(|_| version <= 1);
    let results = results.map(|update| UpdatableFeatureResult {
        feature: update.feature,
        error_code: ErrorCode::NONE.0,
        // Kafka's words for nothing.
        error_message: Some(Str::from_static("NONE")),
        ..Default::default()
    });
    UpdateFeaturesResponse { error_message: None, results: results.collect(), ..Default::default() }
}
