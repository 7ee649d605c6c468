"""What becomes of the Markdown and HTML that editors write, in the HTML part."""

import pytest

from newsletter.content.body.markdown import Body, HtmlBlock, ImageBlock, LinkBase, render_body
from newsletter.errors import Level

BASE = LinkBase(
    site_url="https://example.org",
    page_url="https://example.org/news/2026/title/",
    path="content/news/title.md",
    pages={"content/news/other.md": "https://example.org/news/2026/other/"},
)


def rendered(markdown: str, *, first_heading_level: int = 3) -> Body:
    return render_body(markdown, base=BASE, first_heading_level=first_heading_level)


def html_of(markdown: str, *, first_heading_level: int = 3) -> str:
    return "".join(
        block.html
        for block in rendered(markdown, first_heading_level=first_heading_level).blocks
        if isinstance(block, HtmlBlock)
    )


def html_of_page(html: str) -> str:
    blocks = render_body(html, base=BASE, is_html=True).blocks
    return "".join(block.html for block in blocks if isinstance(block, HtmlBlock))


def pictures_of(markdown: str) -> list[ImageBlock]:
    return [block for block in rendered(markdown).blocks if isinstance(block, ImageBlock)]


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("**bold** and *slanted*", "<p><strong>bold</strong> and <em>slanted</em></p>"),
        ("~~gone~~ `code`", "<p><del>gone</del> <code>code</code></p>"),
        ("one\\\ntwo", "<p>one<br>\ntwo</p>"),
        ("one  \ntwo", "<p>one<br>\ntwo</p>"),
        ("- one\n- two", "<ul><li>one</li><li>two</li></ul>"),
        ("3. three\n4. four", '<ol start="3"><li>three</li><li>four</li></ol>'),
        ("> said", "<blockquote><p>said</p></blockquote>"),
        ("```\na < b\n```", "<pre><code>a &lt; b</code></pre>"),
        ("***", "<hr>"),
        ("- [ ] open\n- [x] done", "<ul><li>☐ open</li><li>☑ done</li></ul>"),
        ("Term\n: Meaning", "<p><strong>Term</strong></p><p>Meaning</p>"),
    ],
)
def test_markdown_is_what_its_writers_know(markdown: str, html: str) -> None:
    assert html_of(markdown) == html


def test_emoji_quotes_and_dashes_stay_as_written() -> None:
    assert html_of("\"quoted\" -- 'it' ... 👩🏽‍🚒 ❤️ नमस्ते") == "<p>\"quoted\" -- 'it' ... 👩🏽‍🚒 ❤️ नमस्ते</p>"


def test_bare_addresses_become_links() -> None:
    html = html_of("See https://example.org/a?b=1&c=2 or write to desk@example.org.")

    assert '<a href="https://example.org/a?b=1&amp;c=2">https://example.org/a?b=1&amp;c=2</a>' in html
    assert '<a href="mailto:desk@example.org">desk@example.org</a>.' in html


def test_names_of_files_do_not_become_links() -> None:
    assert html_of("README.md and Node.js") == "<p>README.md and Node.js</p>"


def test_headings_begin_at_the_wanted_level_and_skip_none() -> None:
    html = html_of("## One\n\n#### Two\n\n### Three\n\n# Four", first_heading_level=4)

    assert html == "<h4>One</h4><h5>Two</h5><h5>Three</h5><h4>Four</h4>"


def test_no_heading_is_deeper_than_html_knows() -> None:
    assert html_of("# a\n\n## b\n\n### c", first_heading_level=5) == "<h5>a</h5><h6>b</h6><h6>c</h6>"


def test_a_heading_in_a_quotation_is_bold_text_outside_the_outline() -> None:
    assert html_of("> # Big") == "<blockquote><p><strong>Big</strong></p></blockquote>"


def test_attributes_that_site_generators_read_are_not_printed() -> None:
    html = html_of('## Title {#place .big}\n\nText\n{: .lead}\n\n[here](/a){:target="_blank"} now')

    assert html == '<h3>Title</h3><p>Text</p><p><a href="https://example.org/a">here</a> now</p>'


def test_a_footnote_has_a_number_but_no_anchor() -> None:
    html = html_of("Fact.[^source] Again.[^source]\n\n[^source]: A *book*.")

    assert html == (
        "<p>Fact.<sup>1</sup> Again.<sup>1</sup></p><hr><ol><li><p>A <em>book</em>.</p></li></ol>"
    )


def test_a_narrow_table_tells_screen_readers_its_headers() -> None:
    html = html_of("| Year | Sum |\n|:---|---:|\n| 2026 | 12 |")

    assert html == (
        '<table class="data whole"><thead><tr><th align="left" scope="col">Year</th>'
        '<th align="right" scope="col">Sum</th></tr></thead>'
        '<tbody><tr><td align="left">2026</td><td align="right">12</td></tr></tbody></table>'
    )


def test_a_table_of_four_columns_becomes_a_list() -> None:
    html = html_of("| A | B | C | D |\n|---|---|---|---|\n| 1 | 2 |   | [4](/d) |")

    assert html == (
        "<ul><li><strong>A:</strong> 1<br><strong>B:</strong> 2<br>"
        '<strong>D:</strong> <a href="https://example.org/d">4</a></li></ul>'
    )


def test_a_table_without_a_head_and_spanning_cells_keep_their_columns() -> None:
    narrow = html_of_page("<table><tr><td colspan=2>ab</td></tr><tr><td>a</td><td>b</td></tr></table>")
    wide = html_of_page("<table><tr><th colspan=2>AB<th>C<th>D<tr><td>1<td>2<td>3<td>4</table>")

    assert narrow == (
        '<table class="data whole"><tbody><tr><td colspan="2">ab</td></tr>'
        "<tr><td>a</td><td>b</td></tr></tbody></table>"
    )
    assert "<strong>AB:</strong> 1<br><strong>AB:</strong> 2<br><strong>C:</strong> 3" in wide


def test_html_in_markdown_passes_as_far_as_mail_shows_it() -> None:
    html = html_of('Press <kbd>F1</kbd>, <span style="color:red" onclick="x()">red</span>, H<sub>2</sub>O.')

    assert html == "<p>Press <code>F1</code>, red, H<sub>2</sub>O.</p>"


def test_details_show_their_content() -> None:
    html = html_of("<details>\n<summary>More</summary>\n\nHidden **text**\n\n</details>")

    assert html == "<p><strong>More</strong></p><p>Hidden <strong>text</strong></p>"


def test_a_film_becomes_a_link() -> None:
    html = html_of('<iframe src="https://films.example.org/embed/1" title="Our film">no frames</iframe>')

    assert html == '<p><a href="https://films.example.org/embed/1">Our film</a></p>'


def test_a_film_without_a_title_is_named_by_its_address() -> None:
    html = html_of('<video><source src="/clips/one.mp4">too old</video>')

    assert html == '<p><a href="https://example.org/clips/one.mp4">/clips/one.mp4</a></p>'


def test_a_page_written_in_html_is_treated_alike() -> None:
    html = html_of_page(
        "<!DOCTYPE html><html><head><title>T</title><style>p{}</style></head><body>"
        "<div class=wrap>Stray text<section><h1>Head</h1><p>One<div>Two</div></section></div>"
        "<center><font size=7><b>Three</b></font></center></body></html>"
    )

    assert html == "<p>Stray text</p><h3>Head</h3><p>One</p><p>Two</p><p><strong>Three</strong></p>"


def test_markdown_marks_in_a_page_written_in_html_are_text() -> None:
    assert html_of_page("<p>2 * 3 * 4 and [x](y)</p>") == "<p>2 * 3 * 4 and [x](y)</p>"


def test_a_link_around_blocks_is_set_in_each_of_them() -> None:
    html = html_of_page('<a href="https://example.org/x"><h2>Head</h2><p>Text</p></a>')

    assert html == (
        '<h3><a href="https://example.org/x">Head</a></h3><p><a href="https://example.org/x">Text</a></p>'
    )


def test_a_picture_by_itself_is_a_block_between_the_text() -> None:
    blocks = rendered('Before\n\n![A boat](boat.jpg "On the river")\n\nAfter').blocks

    assert blocks == (
        HtmlBlock(html="<p>Before</p>"),
        ImageBlock(source="content/news/boat.jpg", alt="A boat", caption_html="On the river"),
        HtmlBlock(html="<p>After</p>"),
    )


def test_a_linked_picture_keeps_its_link() -> None:
    assert pictures_of("[![A boat](boat.jpg)](/boats)") == [
        ImageBlock(source="content/news/boat.jpg", alt="A boat", link="https://example.org/boats")
    ]


def test_a_figure_keeps_its_caption_with_its_links() -> None:
    (picture,) = pictures_of(
        '<figure><img src="boat.jpg" alt="A boat"><figcaption>By <a href="/us">us</a></figcaption></figure>'
    )

    assert picture.caption_html == 'By <a href="https://example.org/us">us</a>'


def test_several_pictures_in_a_paragraph_are_several_blocks() -> None:
    assert [picture.source for picture in pictures_of("![a](a.png)\n![b](b.png)")] == [
        "content/news/a.png",
        "content/news/b.png",
    ]


def test_a_picture_without_a_description_is_reported_and_a_decorative_one_is_not() -> None:
    silent = rendered("Text\n\n![](boat.jpg)")
    decorative = rendered('<img src="boat.jpg" alt="">')

    assert [(problem.rule, problem.line) for problem in silent.problems] == [("missing-alt", 3)]
    assert isinstance(silent.blocks[1], ImageBlock)
    assert silent.blocks[1].alt is None
    assert decorative.problems == ()


def test_a_picture_in_a_sentence_is_its_description() -> None:
    body = rendered("Press the ![green](green.png) button")

    assert body.blocks == (HtmlBlock(html="<p>Press the green button</p>"),)
    assert [problem.rule for problem in body.problems] == ["image-in-text"]


def test_a_picture_in_a_list_is_its_description() -> None:
    assert html_of("- ![A boat](boat.jpg)") == "<ul><li>A boat</li></ul>"


def test_a_link_that_cannot_be_used_keeps_its_text_and_is_reported_with_its_line() -> None:
    body = render_body(
        "Fine.\n\nThe [plan](../gone.md) and [that](javascript:alert(1)).",
        base=BASE,
        first_line=10,
    )

    assert body.blocks == (HtmlBlock(html="<p>Fine.</p><p>The plan and that.</p>"),)
    assert [(problem.rule, problem.line, problem.path) for problem in body.problems] == [
        ("broken-internal-link", 12, "content/news/title.md"),
        ("refused-link", 12, "content/news/title.md"),
    ]
    assert all(problem.level is Level.WARNING and problem.help for problem in body.problems)


def test_a_link_of_an_unheard_of_kind_is_reported_too() -> None:
    body = rendered("[call](skype:somebody)")

    assert body.blocks == (HtmlBlock(html="<p>call</p>"),)
    assert [problem.rule for problem in body.problems] == ["refused-link"]


def test_a_place_in_the_text_is_no_link_and_no_mistake() -> None:
    body = rendered('<a id="here"></a>Text <a name="there">and more</a>')

    assert body.blocks == (HtmlBlock(html="<p>Text and more</p>"),)
    assert body.problems == ()


def test_what_mail_programs_do_not_show_is_reported() -> None:
    body = rendered("Text\n\n<script>\ntrack()\n</script>\n\n`<script>` in code is fine")

    assert body.blocks == (HtmlBlock(html="<p>Text</p><p><code>&lt;script&gt;</code> in code is fine</p>"),)
    assert [(problem.rule, problem.line) for problem in body.problems] == [("html-left-out", 3)]


@pytest.mark.parametrize("body", ["<div>" * 200_000, "[" * 200_000, "![" * 100_000])
def test_a_body_that_would_take_minutes_is_refused_at_once(body: str) -> None:
    refused = rendered(body)

    assert refused.blocks == ()
    assert [(problem.rule, problem.level) for problem in refused.problems] == [
        ("body-too-large", Level.ERROR)
    ]


@pytest.mark.parametrize(
    "body",
    ["{{7*7}} {% for x in y %} {{ env('HOME') }}", "%recipient.email% ${x} <%= x %> [[x]] {$x}"],
)
def test_placeholders_are_plain_text(body: str) -> None:
    assert render_body(body, base=BASE).text == body


def test_control_characters_are_gone_also_when_spelled_as_entities() -> None:
    assert html_of("a\x00b\x1bc\u2028d") == "<p>abc\nd</p>"
    assert html_of_page("<p>a&#1;b&#27;c&#x7f;&#xfffe;d</p>") == "<p>abcd</p>"
