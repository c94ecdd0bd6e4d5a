use super::*;

/// Where the codes are: page of the PDF, left, top and side in tenths of a millimetre.
struct Place {
    page: &'static str,
    signed: [u32; 3],
    short: [u32; 3],
}

const A4: Place = Place { page: "1", signed: [290, 1334, 470], short: [795, 1544, 260] };
const A5: Place = Place { page: "1", signed: [160, 882, 436], short: [612, 1082, 236] };
const CARD: Place = Place { page: "2", signed: [30, 22, 476], short: [512, 200, 234] };

#[test]
fn both_qrs_of_every_design_read_back_from_a_grey_photocopy_at_150_dpi() {
    for (certificate, kind) in samples().zip(DesignKind::ALL) {
        let certificate = long(certificate);
        let paper = if kind == DesignKind::SkillLevel { A4 } else { A5 };
        for (form, place) in [(Form::Paper, paper), (Form::Card, CARD)] {
            // The code itself, without its white margin, is at least 35 mm wide.
            let margin = 8.0 / f64::from(u32::try_from(certificate.signed_qr.size).expect("small"));
            assert!(f64::from(place.signed[2]) * (1.0 - margin) >= 350.0, "{} {form}", kind.name());
            let pdf = designs().pdf(&certificate, form, &[]).expect("a PDF");
            let options = ["-gray", "-png", "-r", "150", "-singlefile", "-f", place.page];
            let scan = poppler("pdftoppm", &options, &pdf);
            let scan = image::load_from_memory(&scan).expect("a picture").to_luma8();
            let name = format!("{}-{form}", kind.name());
            assert_eq!(read(&scan, place.signed, &name), signed_content(), "the signed code of {name}");
            assert_eq!(read(&scan, place.short, &name), short_content(), "the short code of {name}");
        }
    }
}

#[test]
fn the_picture_for_the_phone_scans() {
    for certificate in samples() {
        let certificate = long(certificate);
        let png = designs().png(&certificate, Form::Phone, None).expect("a PNG");
        let page = image::load_from_memory(&png).expect("a picture").to_luma8();
        assert_eq!(page.dimensions(), (1080, 1920));
        assert_eq!(decoded(page), Some(signed_content()));
    }
}

#[test]
fn an_svg_needs_nothing_beside_it_and_scans() {
    for certificate in samples() {
        for form in [Form::Card, Form::Phone] {
            let svg = designs().svg(&long(certificate.clone()), form).expect("an SVG");
            for foreign in ["<text", "font-family", "href=\"http", "url(http", "<image", "<!ENTITY"] {
                assert!(!svg.contains(foreign), "{foreign}");
            }
            // No fonts are given: letters are shapes.
            let tree = usvg::Tree::from_str(&svg, &usvg::Options::default()).expect("an SVG");
            let scale = 1080.0 / tree.size().width();
            let height = (1080.0 * tree.size().height() / tree.size().width()).ceil();
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small number")]
            let mut pixmap = resvg::tiny_skia::Pixmap::new(1080, height as u32).expect("a pixmap");
            resvg::render(&tree, resvg::tiny_skia::Transform::from_scale(scale, scale), &mut pixmap.as_mut());
            let png = pixmap.encode_png().expect("a PNG");
            let mut page = image::load_from_memory(&png).expect("a picture").to_luma8();
            if form == Form::Card {
                // The large code on the back.
                page = image::imageops::crop_imm(&page, 0, 735, 645, 660).to_image();
            }
            assert_eq!(decoded(page), Some(signed_content()), "{form}");
        }
    }
}

/// What a photocopy of the square around a code says, with 4 mm of its surroundings.
fn read(page: &image::GrayImage, [left, top, side]: [u32; 3], name: &str) -> String {
    let pixels = |tenths: u32| tenths * 150 / 254;
    let (left, top, side) = (left.saturating_sub(40), top.saturating_sub(40), side + 80);
    let view = image::imageops::crop_imm(page, pixels(left), pixels(top), pixels(side), pixels(side));
    let copy = photocopied(&view.to_image());
    let mut png = std::io::Cursor::new(Vec::new());
    copy.write_to(&mut png, image::ImageFormat::Png).expect("a PNG");
    keep(&format!("{name}-{side}.png"), png.get_ref());
    decoded(copy).unwrap_or_else(|| panic!("no code can be read in {name}, {side} wide"))
}

fn decoded(picture: image::GrayImage) -> Option<String> {
    let (width, height) = picture.dimensions();
    let format = Some(rxing::BarcodeFormat::QR_CODE);
    let read = rxing::helpers::detect_in_luma(picture.into_raw(), width, height, format);
    read.ok().map(|found| found.getText().to_owned())
}

/// Flat contrast, a little blur, one degree askew, and grain: the same grain every time.
fn photocopied(view: &image::GrayImage) -> image::GrayImage {
    let mut copy = image::imageops::blur(&turned(view, 1.0_f64.to_radians()), 0.7);
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    for pixel in copy.pixels_mut() {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let grain = i32::try_from(random % 31).expect("small") - 15;
        let flat = 70 + i32::from(pixel.0[0]) * 130 / 255;
        pixel.0[0] = u8::try_from((flat + grain).clamp(0, 255)).expect("a byte");
    }
    copy
}

/// Turned round its middle; what comes in from outside is white.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "places within a picture")]
fn turned(view: &image::GrayImage, angle: f64) -> image::GrayImage {
    let (width, height) = view.dimensions();
    let (middle_x, middle_y) = (f64::from(width) / 2.0, f64::from(height) / 2.0);
    let (sin, cos) = angle.sin_cos();
    let at = |x: f64, y: f64| {
        let inside = x >= 0.0 && y >= 0.0 && x < f64::from(width) && y < f64::from(height);
        if inside { f64::from(view.get_pixel(x as u32, y as u32).0[0]) } else { 255.0 }
    };
    image::GrayImage::from_fn(width, height, |x, y| {
        let (dx, dy) = (f64::from(x) - middle_x, f64::from(y) - middle_y);
        let (from_x, from_y) = (middle_x + dx * cos - dy * sin, middle_y + dx * sin + dy * cos);
        let (left, top) = (from_x.floor(), from_y.floor());
        let (right, below) = (from_x - left, from_y - top);
        let upper = at(left, top) * (1.0 - right) + at(left + 1.0, top) * right;
        let lower = at(left, top + 1.0) * (1.0 - right) + at(left + 1.0, top + 1.0) * right;
        image::Luma([(upper * (1.0 - below) + lower * below).round() as u8])
    })
}
