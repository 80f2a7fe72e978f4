use super::*;
use std::fs;

const JWKS: &str = r#"{"keys":[{"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}]}"#;
const GOOD: &str = "domains: [vdi.example.com]\nissuers: [{issuer: https://p.example.com, audiences: [vdi], algorithms: [ES256], keys: {jwks_file: jwks.json}, user_claim: email}]\n";

fn check(yaml: &str, arguments: &CheckArgs) -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("jwks.json"), JWKS).unwrap();
    fs::write(folder.path().join("config.yaml"), yaml).unwrap();
    run(arguments, &folder.path().join("config.yaml"), &[][..], &[])
}

fn json() -> CheckArgs {
    CheckArgs { json: true, ..CheckArgs::default() }
}

#[test]
fn a_valid_configuration_is_summarized() {
    let outcome = check(GOOD, &CheckArgs::default());
    assert_eq!(
        outcome.stdout,
        "configuration is fine\n  domains: vdi.example.com\n  issuer: https://p.example.com (1 key, ES256)\n"
    );
    assert!(outcome.stderr.starts_with("warning: issuers[0].user_claim: "), "{}", outcome.stderr);
    assert_eq!(outcome.exit, 0, "a warning is no failure");
}

#[test]
fn every_mistake_is_reported_with_place_and_remedy() {
    let outcome = check(&format!("{GOOD}lissen: 1\ncross_site: lax\n"), &CheckArgs::default());
    assert_eq!((outcome.stdout.as_str(), outcome.exit), ("", 64));
    assert!(outcome.stderr.starts_with("2 mistakes in the configuration /"), "{}", outcome.stderr);
    let told = "\n\nlissen (line 3): is not a known key\n    did you mean `listen`?";
    assert!(outcome.stderr.contains(told), "{}", outcome.stderr);
    let told = "\n\ncross_site (line 4): is `lax`\n    write one of strict, report, off\n";
    assert!(outcome.stderr.ends_with(told), "{}", outcome.stderr);
}

#[test]
fn json_has_the_same_facts() {
    let good: Value = serde_json::from_str(&check(GOOD, &json()).stdout).unwrap();
    assert_eq!(good["fine"], true);
    assert_eq!(good["issuers"][0]["keys"], 1);
    assert_eq!(good["warnings"][0]["path"], "issuers[0].user_claim");
    let outcome = check("domains: []\n", &json());
    let bad: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!((outcome.exit, outcome.stderr.as_str()), (64, ""));
    assert_eq!(bad["fine"], false);
    assert_eq!(bad["problems"][1]["path"], "domains");
    assert_eq!(bad["problems"][1]["place"], "line 1");
    assert_eq!(bad["problems"][0]["path"], "issuers");
}

#[test]
fn schema_and_sample_need_no_configuration() {
    let nowhere = Path::new("/nonexistent/config.yaml");
    let schema = CheckArgs { schema: true, ..CheckArgs::default() };
    let outcome = run(&schema, nowhere, &[][..], &[]);
    assert!(serde_json::from_str::<Value>(&outcome.stdout).unwrap()["properties"].is_object());
    let sample = CheckArgs { sample: true, ..CheckArgs::default() };
    let outcome = run(&sample, nowhere, &[][..], &[]);
    assert!(outcome.stdout.starts_with("# doorward") && outcome.exit == 0);
    assert_eq!(run(&CheckArgs::default(), nowhere, &[][..], &[]).exit, 64);
}

#[test]
fn arguments_are_consistent() {
    #[derive(clap::Parser)]
    struct Program {
        #[command(flatten)]
        check: CheckArgs,
    }
    <Program as clap::CommandFactory>::command().debug_assert();
    let both = <Program as clap::Parser>::try_parse_from(["doorward", "--schema", "--sample"]);
    assert!(both.is_err());
}
