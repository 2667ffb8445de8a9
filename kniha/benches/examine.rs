//! 1,000 photographs of one megapixel through the sandbox, one process each, two at a time; asked: 20 a second (issue 4). Beside it what decoding and making
//! the PNG takes in this process, on one thread and without walls.
#![allow(clippy::unwrap_used, missing_docs, reason = "a bench")]

use std::io::Cursor;
use std::sync::Arc;
use std::time::{Duration, Instant};

use image::codecs::jpeg::JpegEncoder;
use image::{Rgb, RgbImage};
use kniha_desk::examine::{Examiner, Limits};

const ALL: usize = 1_000;
const KINDS: usize = 20;

/// Soft forms with grain, as a telephone makes them: 300 to 400 KB.
fn photograph(number: usize) -> Vec<u8> {
    let mut grain = u32::try_from(number).unwrap() + 1;
    let picture = RgbImage::from_fn(1_160, 870, |x, y| {
        grain = grain.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let wave = |by: u32| ((f64::from(x * by + y * (4 - by)) / 97.0).sin() * 90.0 + 128.0 + f64::from(grain >> 28)) as u8;
        Rgb([wave(1), wave(2), wave(3)])
    });
    let mut bytes = Cursor::new(Vec::new());
    JpegEncoder::new_with_quality(&mut bytes, 85).encode_image(&picture).unwrap();
    bytes.into_inner()
}

fn main() {
    let photographs: Arc<Vec<Vec<u8>>> = Arc::new((0..KINDS).map(photograph).collect());
    let size = photographs.iter().map(Vec::len).sum::<usize>() / KINDS;
    println!("{ALL} JPEG of 1160 × 870, {size} bytes each");
    let alone = Instant::now();
    for bytes in photographs.iter() {
        let picture = image::load_from_memory(bytes).unwrap().into_rgb8();
        let mut png = Vec::new();
        let mut encoder = png::Encoder::new(&mut png, picture.width(), picture.height());
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_compression(png::Compression::Fast);
        encoder.write_header().unwrap().write_image_data(picture.as_raw()).unwrap();
    }
    println!("control, no walls, one thread: {:.1}/s", KINDS as f64 / alone.elapsed().as_secs_f64());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let examiner = Examiner::new(env!("CARGO_BIN_EXE_kniha").into());
    let start = Instant::now();
    let mut times: Vec<Duration> = runtime.block_on(async {
        let mut lanes = tokio::task::JoinSet::new();
        for lane in 0..2 {
            let (examiner, photographs) = (examiner.clone(), photographs.clone());
            lanes.spawn(async move {
                let mut times = Vec::new();
                for number in (lane..ALL).step_by(2) {
                    let start = Instant::now();
                    let examined = examiner.examine(&photographs[number % KINDS][..], &Limits::default()).await.unwrap();
                    assert!(examined.views.len() == 1 && examined.lacks.is_empty());
                    times.push(start.elapsed());
                }
                times
            });
        }
        lanes.join_all().await.concat()
    });
    times.sort();
    let (all, middle, late) = (start.elapsed(), times[ALL / 2], times[ALL * 99 / 100]);
    println!("sandboxed, two at a time: {:.1}/s, median {} ms, p99 {} ms", ALL as f64 / all.as_secs_f64(), middle.as_millis(), late.as_millis());
}
