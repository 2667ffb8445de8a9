//! `/xx/sealed` and `/sealed-page/…`: the page that seals in the sender's own browser, where the operator has put one.
//!
//! Its files are a fixed list of names, read once at start; nothing else of the folder is ever served. These answers alone may run scripts, and only
//! their own: the policy stands on each of them, since a worker lives under the policy that came with it.

use std::io;
use std::path::Path;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use kniha_core::commit::Hash;

use crate::Portal;
use crate::error::PageError;
use crate::page::Frame;

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; worker-src 'self'; form-action 'none'; base-uri 'none'; \
frame-ancestors 'none'";

/// What is served beside the page: name and media type.
const FILES: [(&str, &str); 6] = [
    ("page.js", "text/javascript; charset=utf-8"),
    ("worker.js", "text/javascript; charset=utf-8"),
    ("words/be.txt", "text/plain; charset=utf-8"),
    ("words/ru.txt", "text/plain; charset=utf-8"),
    ("words/uk.txt", "text/plain; charset=utf-8"),
    ("words/en.txt", "text/plain; charset=utf-8"),
];

/// The page and its files, in memory.
pub(crate) struct SealedPage {
    index: String,
    files: [Bytes; FILES.len()],
}

impl SealedPage {
    /// Reads the folder that `scripts/sealed_page.sh build` makes.
    ///
    /// # Errors
    /// What could not be read.
    pub(crate) fn read(folder: &Path) -> io::Result<SealedPage> {
        let mut files = [const { Bytes::new() }; FILES.len()];
        for (file, (name, _)) in files.iter_mut().zip(FILES) {
            *file = std::fs::read(folder.join(name))?.into();
        }
        Ok(SealedPage { index: std::fs::read_to_string(folder.join("index.html"))?, files })
    }

    /// The page in a language. What is put in was checked when the configuration was read and needs no more than `&` escaped.
    fn index(&self, lang: &str, first_list: &Hash, leave: &str) -> String {
        self.index.replace("@LANG@", lang).replace("@FIRST_LIST@", &first_list.to_string()).replace("@LEAVE@", &leave.replace('&', "&amp;"))
    }
}

pub(super) fn routes() -> Router<Portal> {
    let mut routes = Router::new().route("/{lang}/sealed", get(show));
    for (i, (name, kind)) in FILES.into_iter().enumerate() {
        let file = async move |State(portal): State<Portal>| portal.sealed_page().map(|page| served(kind, page.files[i].clone())).ok_or(PageError::NotFound);
        routes = routes.route(&format!("/sealed-page/{name}"), get(file));
    }
    routes
}

async fn show(State(portal): State<Portal>, frame: Frame) -> Result<Response, PageError> {
    let page = portal.sealed_page().ok_or(PageError::NotFound)?;
    let config = portal.config();
    Ok(served("text/html; charset=utf-8", page.index(frame.t.code(), &config.first_list, &config.leave)))
}

fn served(kind: &'static str, body: impl Into<Bytes>) -> Response {
    ([(CONTENT_TYPE, kind), (CONTENT_SECURITY_POLICY, POLICY)], body.into()).into_response()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use axum::http::StatusCode;

    use super::*;
    use crate::stage::Stage;

    async fn stage() -> (Stage, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("words")).unwrap();
        for (name, _) in FILES {
            std::fs::write(folder.path().join(name), name).unwrap();
        }
        std::fs::write(folder.path().join("secret.txt"), "secret").unwrap();
        std::fs::write(folder.path().join("index.html"), "<html lang=\"@LANG@\"><meta content=\"@FIRST_LIST@\"><a href=\"@LEAVE@\">").unwrap();
        let path = folder.path().to_owned();
        let stage = Stage::with(|config| {
            config.sealed_page = Some(path);
            config.leave = "https://weather.example/?a=b&c=d".to_owned();
        });
        (stage.await, folder)
    }

    #[tokio::test]
    async fn the_page_and_its_files_alone_may_run_their_own_scripts() {
        let (stage, _folder) = stage().await;
        let page = stage.get("/uk/sealed").await;
        let first = stage.portal.config().first_list.to_string();
        assert_eq!(page.body, format!("<html lang=\"uk\"><meta content=\"{first}\"><a href=\"https://weather.example/?a=b&amp;c=d\">"));
        for (name, kind) in FILES {
            let file = stage.get(&format!("/sealed-page/{name}")).await;
            assert_eq!(
                (file.body.as_str(), &file.headers[CONTENT_TYPE], &file.headers[CONTENT_SECURITY_POLICY]),
                (name, &kind.parse().unwrap(), &POLICY.parse().unwrap())
            );
        }
        assert_eq!((page.headers[CONTENT_SECURITY_POLICY].to_str().unwrap(), page.headers["cache-control"].to_str().unwrap()), (POLICY, "no-store"));
        for other in ["/sealed-page/secret.txt", "/sealed-page/index.html", "/sealed-page/../secret.txt", "/sealed-page/words/..%2fsecret.txt", "/sealed-page/"]
        {
            assert_eq!(stage.get(other).await.status, StatusCode::NOT_FOUND, "{other}");
        }
        let before = stage.get("/be").await;
        assert!(before.body.contains("href=\"/be/sealed\"") && !before.headers[CONTENT_SECURITY_POLICY].to_str().unwrap().contains("script"));
    }

    #[tokio::test]
    async fn where_there_is_none_nothing_speaks_of_it() {
        let stage = Stage::set().await;
        for path in ["/be/sealed", "/sealed-page/page.js"] {
            assert_eq!(stage.get(path).await.status, StatusCode::NOT_FOUND);
        }
        assert!(!stage.get("/be").await.body.contains("/be/sealed"));
    }
}
