//! Pictures: decoded, turned upright, made small, as bare pixels on white. Of several frames the first. Does no I/O.

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits, metadata::Orientation};
use kniha_core::examined::{Kind, Lack, MOST_SIDE, Pixels};

use crate::{Look, claims};

/// Most bytes of a picture's own pixels: 100 megapixels in four bytes each. The sandbox has 1 GiB in all.
const MOST_DECODED: u64 = 400_000_000;

/// Most bytes of a TIFF that is asked for its claims.
const MOST_CLAIMING: usize = 64 * 1024 * 1024;

pub(crate) fn look(bytes: &[u8], look: &mut Look<'_>) {
    match draw(bytes, look) {
        Ok(page) => look.page(page),
        Err(lack) => look.lack(lack),
    }
}

fn draw(bytes: &[u8], look: &mut Look<'_>) -> Result<Pixels, Lack> {
    let format = match look.facts.kind {
        Kind::Jpeg => ImageFormat::Jpeg,
        Kind::Png => ImageFormat::Png,
        Kind::Gif => ImageFormat::Gif,
        Kind::WebP => ImageFormat::WebP,
        Kind::Bmp => ImageFormat::Bmp,
        Kind::Tiff => ImageFormat::Tiff,
        _ => return Err(Lack::NotShown),
    };
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MOST_DECODED);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits.clone());
    let mut decoder = reader.into_decoder().map_err(|error| lack(&error))?;
    let (width, height) = decoder.dimensions();
    look.facts.size = (width > 0 && height > 0).then_some((width, height));
    if format == ImageFormat::Tiff {
        // The whole file is its Exif block, and would stand in memory twice.
        if bytes.len() <= MOST_CLAIMING {
            claims::read(bytes.to_vec(), &mut look.facts);
        }
    } else if let Ok(Some(block)) = decoder.exif_metadata() {
        claims::read(block, &mut look.facts);
    }
    if decoder.total_bytes() > MOST_DECODED {
        return Err(Lack::TooLarge);
    }
    decoder.set_limits(limits).map_err(|error| lack(&error))?;
    let turn = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|error| lack(&error))?;
    if picture.width() > MOST_SIDE || picture.height() > MOST_SIDE {
        picture = picture.thumbnail(MOST_SIDE, MOST_SIDE);
    }
    picture.apply_orientation(turn);
    let (width, height) = (picture.width(), picture.height());
    Pixels::new(width, height, on_white(picture)).ok_or(Lack::Damaged)
}

fn lack(error: &ImageError) -> Lack {
    match error {
        ImageError::Limits(_) => Lack::TooLarge,
        ImageError::Unsupported(_) => Lack::NotShown,
        _ => Lack::Damaged,
    }
}

/// Red, green, blue of every pixel; what is transparent shows white paper.
fn on_white(picture: DynamicImage) -> Vec<u8> {
    if !picture.color().has_alpha() {
        return picture.into_rgb8().into_raw();
    }
    let over = |part: u8, alpha: u8| {
        let (part, alpha) = (u16::from(part), u16::from(alpha));
        u8::try_from((part * alpha + 255 * (255 - alpha) + 127) / 255).unwrap_or(u8::MAX)
    };
    picture.into_rgba8().pixels().flat_map(|pixel| [0, 1, 2].map(|at: usize| over(pixel.0[at], pixel.0[3]))).collect()
}
