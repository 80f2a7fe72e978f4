//! The remote control of the browsers, which all other tests here rely on.

use crate::support::browser::{Browser, Engine};
use serde_json::json;

/// Runs every driver command on a page that needs no server.
async fn executes_every_driver_command(engine: Engine) {
    let browser = Browser::open(engine).await;
    assert!(browser.version.to_lowercase().contains(match engine {
        Engine::Chromium => "chrome",
        Engine::Firefox => "firefox",
    }));
    let page = browser.page().await;
    let visit = page.goto(FORM).await;
    assert_eq!(visit.url, FORM);
    page.fill("#name", "alice").await;
    page.click("button").await;
    assert_eq!(page.text().await.trim(), "hello alice");
    let script = "async (a, b) => [a + b, navigator.userActivation?.isActive]";
    assert_eq!(page.evaluate(script, json!([1, 2])).await, json!([3, true]));
    let error = page.try_evaluate("async () => { throw new Error('no') }", json!([])).await;
    assert!(error.as_ref().is_err_and(|why| why.contains("no")), "{error:?}");
    page.goto(OTHER).await;
    page.back().await;
    assert_eq!(page.url().await, FORM);
    assert!(page.try_goto("https://closed.localhost:9/").await.is_err());
    let folder = tempfile::tempdir().unwrap();
    let pictures = [false, true].map(|dark| (dark, folder.path().join(format!("{dark}.png"))));
    page.goto(OTHER).await;
    for (dark, picture) in &pictures {
        page.screenshot(picture, *dark).await;
    }
    let [light, dark] = pictures.map(|(_, picture)| std::fs::read(picture).unwrap());
    assert!(light.starts_with(b"\x89PNG"));
    assert_ne!(light, dark, "the page looks the same");
    page.close().await;
}

#[tokio::test]
async fn chromium_executes_every_driver_command() {
    executes_every_driver_command(Engine::Chromium).await;
}

#[tokio::test]
async fn firefox_executes_every_driver_command() {
    executes_every_driver_command(Engine::Firefox).await;
}

const FORM: &str = "data:text/html,<body><input id=name>\
    <button onclick=\"document.body.innerText='hello '+document.getElementById('name').value\">go";
const OTHER: &str = "data:text/html,<style>body{background:white}\
    @media(prefers-color-scheme:dark){body{background:black}}</style><body>other";
