//! The style sheets and the script, compiled in. A browser keeps them and asks by the hash of their content whether they changed. Does no I/O.

use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

use crate::draw;
use crate::error::PageError;
use crate::ways::{May, Ways};

struct Asset {
    name: &'static str,
    media_type: &'static str,
    bytes: &'static [u8],
}

const ASSETS: &[Asset] = &[
    Asset { name: "desk.css", media_type: "text/css; charset=utf-8", bytes: include_bytes!("../static/desk.css") },
    Asset { name: "draw.css", media_type: "text/css; charset=utf-8", bytes: draw::CSS.as_bytes() },
    Asset { name: "intake.css", media_type: "text/css; charset=utf-8", bytes: include_bytes!("../static/intake.css") },
    Asset { name: "statement.js", media_type: "text/javascript; charset=utf-8", bytes: include_bytes!("../static/statement.js") },
    Asset { name: "desk.js", media_type: "text/javascript; charset=utf-8", bytes: include_bytes!("../static/desk.js") },
];

pub(crate) fn routes() -> Ways {
    Ways::new().get("/static/{name}", May::Anyone, show)
}

async fn show(Path(name): Path<String>, headers: HeaderMap) -> Result<Response, PageError> {
    let asset = ASSETS.iter().find(|asset| asset.name == name).ok_or(PageError::NotFound)?;
    let tag = format!("\"{}\"", data_encoding::HEXLOWER.encode(&Sha256::digest(asset.bytes)[..16]));
    // No content of the book is in them: a browser may keep them, if it asks each time.
    let kept = [(ETAG, tag.clone()), (CACHE_CONTROL, "private, no-cache".to_owned())];
    let same = headers.get_all(IF_NONE_MATCH).into_iter().filter_map(|value| value.to_str().ok()).any(|tags| tags.contains(&tag));
    if same {
        return Ok((StatusCode::NOT_MODIFIED, kept).into_response());
    }
    Ok((kept, [(CONTENT_TYPE, asset.media_type)], asset.bytes).into_response())
}
