//! PDF: pages drawn as pixels, and the words in the order in which they are drawn. Does no I/O.
//!
//! Scripts, forms, attachments and links are not looked at: the renderer has none of them. It bounds nesting itself; loops that it does not see end with
//! the time.

use hayro::hayro_interpret::font::{Glyph, GlyphRun};
use hayro::hayro_interpret::hayro_cmap::BfString;
use hayro::hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps, InterpreterCache, InterpreterSettings, SoftMask, TransformExt,
    interpret_page,
};
use hayro::hayro_syntax::page::Page;
use hayro::hayro_syntax::{LoadPdfError, Pdf};
use hayro::kurbo::{BezPath, Point, Rect};
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings, render};
use kniha_core::examined::{Lack, MOST_SIDE, MOST_TEXT, Pixels, Text};

use crate::Look;

/// Pixels for each point (1/72 inch): 144 to the inch, unless the page is larger than [`MOST_SIDE`] then.
const SCALE: f32 = 2.0;
/// Most pages that are read for their words.
const MOST_READ: usize = 500;

pub(crate) fn look(bytes: Vec<u8>, look: &mut Look<'_>) {
    let pdf = match Pdf::new(bytes) {
        Ok(pdf) => pdf,
        Err(LoadPdfError::Decryption(_)) => return look.lack(Lack::Locked),
        Err(LoadPdfError::Invalid) => return look.lack(Lack::Damaged),
    };
    let pages = pdf.pages();
    look.facts.pages = u32::try_from(pages.len()).ok().filter(|pages| *pages > 0);
    if pages.is_empty() {
        return look.lack(Lack::Damaged);
    }
    for page in pages.iter() {
        if !look.has_room() {
            break;
        }
        look.quietly(Lack::BadPages, |look| match draw(page) {
            Some(drawn) => look.page(drawn),
            None => look.lack(Lack::BadPages),
        });
    }
    let mut words = Words::default();
    for page in pages.iter().take(MOST_READ) {
        if words.text.len() > MOST_TEXT || !look.sink.has_time() {
            break;
        }
        look.quietly(Lack::BadPages, |_| words.read(&pdf, page));
    }
    let cut = pages.len() > MOST_READ || !look.sink.has_time();
    if !words.text.trim().is_empty() {
        look.text = Some(Text::of(&words.text, cut));
    }
}

fn draw<'a>(page: &'a Page<'a>) -> Option<Pixels> {
    let (width, height) = page.render_dimensions();
    if !(width.is_finite() && height.is_finite() && width > 0.0 && height > 0.0) {
        return None;
    }
    let scale = SCALE.min((MOST_SIDE as f32) / width.max(height));
    // A strip is at least one pixel wide.
    let settings = PixmapSettings { x_scale: scale.max(1.001 / width), y_scale: scale.max(1.001 / height), bg_color: WHITE };
    let drawn = render(page, &RenderCache::new(), &InterpreterSettings::default(), &RenderSettings::default(), &settings);
    let rgb = drawn.data_as_u8_slice().chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect();
    Pixels::new(u32::from(drawn.width()), u32::from(drawn.height()), rgb)
}

/// Takes the words and draws nothing.
#[derive(Default)]
struct Words {
    text: String,
    /// Where the last letter ended, and how high its line is, in points.
    last: Option<(Point, f64)>,
}

impl Words {
    fn read<'a>(&mut self, pdf: &'a Pdf, page: &'a Page<'a>) {
        let cache = InterpreterCache::new();
        let (width, height) = page.render_dimensions();
        let area = Rect::new(0.0, 0.0, f64::from(width), f64::from(height));
        let transform = page.initial_transform(true).to_kurbo();
        let mut context = Context::new(transform, area, &cache, pdf.xref(), InterpreterSettings::default());
        interpret_page(page, &mut context, self);
        self.last = None;
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
    }

    fn letter(&mut self, at: Point, end: Point, em: f64, letter: &str) {
        if let Some((before, line)) = self.last {
            let (across, down) = ((at.x - before.x).abs(), (at.y - before.y).abs());
            let em = em.max(line);
            if down > 0.5 * em {
                self.text.push('\n');
            } else if across > 0.2 * em && !self.text.ends_with([' ', '\n']) && letter != " " {
                self.text.push(' ');
            }
        }
        self.text.push_str(letter);
        self.last = Some((end, em));
    }
}

impl Device<'_> for Words {
    fn draw_path(&mut self, _: &BezPath, _: DrawProps<'_>, _: &DrawMode) {}
    fn push_clip_path(&mut self, _: &ClipPath) {}
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'_>>, _: BlendMode) {}

    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, '_>, props: DrawProps<'_>, _: &DrawMode) {
        for glyph in run.glyphs() {
            if self.text.len() > MOST_TEXT {
                return;
            }
            let place = props.transform * glyph.transform();
            let em = 1000.0 * place.determinant().abs().sqrt();
            let width = match &**glyph {
                Glyph::Outline(glyph) => glyph.advance_width(),
                Glyph::Type3(glyph) => glyph.advance_width(),
            };
            let width = f64::from(width.unwrap_or(500.0));
            let (at, end) = (place * Point::ZERO, place * Point::new(width, 0.0));
            match glyph.as_unicode() {
                Some(BfString::Char(letter)) => self.letter(at, end, em, letter.encode_utf8(&mut [0; 4])),
                Some(BfString::String(letters)) => self.letter(at, end, em, &letters),
                None => self.letter(at, end, em, "\u{fffd}"),
            }
        }
    }

    fn pop_clip(&mut self) {}
    fn pop_transparency_group(&mut self) {}
    fn draw_image(&mut self, _: Image<'_, '_>, _: ImageDrawProps<'_>) {}
}
