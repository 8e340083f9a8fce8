//! A namespace with labels and, if asked for, a limit on its pods: a package
//! as an author writes it with Mistletoe's own crates.

use std::collections::BTreeMap;

use mistletoe_api::v1alpha1::{MistOutput, MistResult};
use mistletoe_bind::include::{anyhow, serde_yaml};
use mistletoe_bind::mistletoe_package;
use serde::{Deserialize, Serialize};

mistletoe_package! {"
    name: namespace
    labels:
      mistletoe.dev/group: tests
"}

#[derive(Deserialize)]
struct Inputs {
    name: String,
    #[serde(default)]
    labels: BTreeMap<String, String>,
    pods: Option<u32>,
}

#[derive(Serialize)]
struct Metadata {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    labels: BTreeMap<String, String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Manifest {
    api_version: &'static str,
    kind: &'static str,
    metadata: Metadata,
    #[serde(skip_serializing_if = "Option::is_none")]
    spec: Option<Quota>,
}

#[derive(Serialize)]
struct Quota {
    hard: BTreeMap<&'static str, String>,
}

fn generate(inputs: Inputs) -> MistResult {
    if inputs.name.starts_with("kube-") {
        return Err(anyhow::anyhow!("`{}` belongs to Kubernetes", inputs.name));
    }
    let namespace = Manifest {
        api_version: "v1",
        kind: "Namespace",
        metadata: Metadata { name: inputs.name.clone(), namespace: None, labels: inputs.labels },
        spec: None,
    };
    let mut output = MistOutput::new()
        .with_message(format!("namespace {} is ready to be applied", inputs.name))
        .with_file("namespace.yaml".to_owned(), serde_yaml::to_string(&namespace)?);
    if let Some(pods) = inputs.pods {
        let quota = Manifest {
            api_version: "v1",
            kind: "ResourceQuota",
            metadata: Metadata {
                name: "pods".to_owned(),
                namespace: Some(inputs.name),
                labels: BTreeMap::new(),
            },
            spec: Some(Quota { hard: BTreeMap::from([("pods", pods.to_string())]) }),
        };
        output.set_file("limits/pods.yaml".to_owned(), serde_yaml::to_string(&quota)?);
    }
    Ok(output)
}
