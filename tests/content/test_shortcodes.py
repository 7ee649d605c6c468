"""What becomes of the shortcodes of site generators: none reaches a reader."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.content.shortcodes.resolving import Resolved, resolve_shortcodes
from tests.content.posts import RULES


def resolved(body: str, *, is_html: bool = False) -> Resolved:
    return resolve_shortcodes(body, RULES, path="content/x.md", first_line=5, is_html=is_html)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ('{{< figure src="a.png" alt="A cat" >}}', "![A cat](a.png)"),
        ('{{< figure src="a b.png" caption="A *cat*" alt="Cat" />}}', '![Cat](<a b.png> "A \\*cat\\*")'),
        ('{{% img src="a.png" %}}', "![](a.png)"),
        ('{% image "a.png" "A [small] cat" %}', "![A \\[small\\] cat](a.png)"),
        ('{% include figure.html src="a.png" alt="A cat" %}', "![A cat](a.png)"),
        ('{% include components/image.html url="/a.png" caption="A cat" %}', "![A cat](/a.png)"),
        ('{{ image(src="a.png", alt="A cat") }}', "![A cat](a.png)"),
        ("{{< youtube dQw4w9WgXcQ >}}", "<https://www.youtube.com/watch?v=dQw4w9WgXcQ>"),
        (
            '{{< youtube id="dQw4w9WgXcQ" title="A film" >}}',
            "[A film](https://www.youtube.com/watch?v=dQw4w9WgXcQ)",
        ),
        ("{% include vimeo.html id='146022717' %}", "<https://vimeo.com/146022717>"),
        ('[x]({{< ref "posts/a.md" >}})', "[x](/posts/a.md)"),
        ('[x]({{< relref "a.md#part" >}})', "[x](a.md#part)"),
        ('[x]({{% ref "/about" %}})', "[x](/about/)"),
        ("[x]({% link news/_posts/2026-01-02-a.md %})", "[x](/news/_posts/2026-01-02-a.md)"),
        ("[x]({% post_url 2026-01-02-a-b %})", "[x](/2026/01/02/a-b.html)"),
        ('[x]({{ get_url(path="@/blog/a.md") }})', "[x](@/blog/a.md)"),
        ("[x]({{ site.baseurl }}/a/)", "[x](/a/)"),
        ("[x]({{ site.url }}/a/)", "[x](https://example.org/a/)"),
        ("[x]({{ config.base_url | safe }}/a/)", "[x](https://example.org/a/)"),
        ('[x]({{ "/a/" | relative_url }})', "[x](/a/)"),
        ("{% highlight ruby %}\nputs 1\n{% endhighlight %}", "```ruby\nputs 1\n```"),
        (
            '{{< highlight go "linenos=true" >}}\n{{ .Title }} ```\n{{< /highlight >}}',
            "````go\n{{ .Title }} ```\n````",
        ),
        ("See {% highlight sh %}ls{% endhighlight %}.", "See `ls`."),
    ],
)
def test_what_can_be_known_is_turned_into_markdown(body: str, text: str) -> None:
    assert resolved(body).body == text


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("Before {{< chart id=1 >}} after words.", "Before  after words."),
        ("{{% note %}}Kept *text*.{{% /note %}}", "Kept *text*."),
        ("{% callout %}Kept text.{% endcallout %}", "Kept text."),
        ("Zola {% quote(author='x') %}kept text{% end %}.", "Zola kept text."),
        ("{% if a %}One.{% elsif b %}Two.{% else %}Three.{% endif %} End.", "One. End."),
        (
            "{% unless a %}{% if b %}One{% else %}Two{% endif %}{% else %}Three{% endunless %} End.",
            "One End.",
        ),
        (
            "Before.{% for post in site.posts %}{{ post.title }}{% else %}None{% endfor %}After.",
            "Before.After.",
        ),
        ("Hello dear reader {{ page.name | upcase }}, welcome.", "Hello dear reader, welcome."),
        ("{% if a %}{% for b in c %}{% endif %}{% endfor %}One.{% else %}Two.", "One.Two."),
        ("{% assign x = 1 %}", ""),
        ("{%- assign x = 1 -%}", ""),
        ("{{ .Site.Title }}", ""),
        ("{{{ body }}}", ""),
        ("{{ x[0].y }}", ""),
        ("{{cycler.__init__.__globals__}}", ""),
        ("[words]({{ unknown }})", "words"),
        ("![words]({{ unknown }})", ""),
        ("* <{{ release.url }}>\n\n      SIZE: {{ release.size }} bytes", "\n\n"),
        ("## {{< icon star >}} Setup", "##  Setup"),
        ("A paragraph.\n{: .lead}", "A paragraph.\n"),
        ("## Heading {#id .class}", "## Heading "),
        ('## Heading {class="x" #id}', "## Heading "),
        ("* Contents\n{:toc}\nText", "\n\nText"),
        ("[TOC]\nText", "\nText"),
        ("[[_TOC_]]\nText", "\nText"),
        ("Text {::comment}secret\nnotes{:/comment}more", "Text \nmore"),
        ("{{/* a comment */}}Text", "Text"),
    ],
)
def test_the_rest_is_dropped_and_the_text_around_it_kept(body: str, text: str) -> None:
    assert resolved(body).body == text


@pytest.mark.parametrize(
    "body",
    [
        "{{7*7}}",
        "{{ 7 * 7 }}",
        "{{ '7'*7 }}",
        "{{}}",
        "{{",
        "}} %}",
        "{% ",
        "100{% of it",
        "a {b} c {1, 2}",
        "{...}",
        "`{{ name }}`",
        "```\n{{ name }}\n{: .x}\n```",
        "~~~ {: .ruby}\ncode\n~~~",
        "- item\n\n  ```\n  {{ name }}\n  ```",
        "Elixir's `{:ok, x}` and {:ok, x}",
        "f'{x:.2f} {:.2f}'",
        '{"a": 1}',
        "$x^{{2}}$",
    ],
)
def test_what_is_no_shortcode_stays_as_it_is(body: str) -> None:
    assert resolved(body) == Resolved(body)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("{{</* figure src=a */>}}", "{{< figure src=a >}}"),
        ("`{{%/* note */%}}`", "`{{% note %}}`"),
        ("{% raw %}{{ name }} {% if %}{% endraw %}", "{{ name }} {% if %}"),
        ("{%raw%}\n{{< x >}}\n{%-endraw-%}", "\n{{< x >}}\n"),
        ("{% comment %}secret {{ x }}{% endcomment %}Text", "Text"),
    ],
)
def test_what_is_meant_literally_is_shown_literally_and_without_a_problem(body: str, text: str) -> None:
    assert resolved(body) == Resolved(text)


def test_in_html_pictures_and_videos_are_html() -> None:
    body = '<p>{{< figure src="a.png" alt="A &quot;cat&quot; <b>" >}} {{< youtube dQw4w9WgXcQ >}} {{ x }}</p>'

    assert resolved(body, is_html=True).body == (
        '<p><img src="a.png" alt="A &amp;quot;cat&amp;quot; &lt;b&gt;">'
        ' <a href="https://www.youtube.com/watch?v=dQw4w9WgXcQ">https://www.youtube.com/watch?v=dQw4w9WgXcQ</a> </p>'
    )


def test_a_post_has_the_address_that_the_settings_give_to_news() -> None:
    rules = replace(RULES, links={"news": "/news/{year}/{slug}/"})

    assert resolve_shortcodes("{% post_url 2026-01-02-a %}", rules, path="x").body == "/news/2026/a/"


def test_one_warning_for_each_name_on_its_first_line() -> None:
    body = "{{ page.a }}\n{{< chart 1 >}}\n{{< chart 2 >}}\n{% include nav.html %}\n{{ page.b }}\n{% if a %}x{% endif %}"

    problems = resolved(body).problems

    assert [(problem.level, problem.line, problem.message.partition("` ")[0]) for problem in problems] == [
        ("warning", 5, "`{{ page }}"),
        ("warning", 6, "`{{< chart >}}"),
        ("warning", 8, "`{% include %}"),
        ("warning", 10, "`{% if %}"),
    ]
    assert all(problem.path == "content/x.md" and problem.rule == "shortcode" for problem in problems)


def test_what_was_filled_in_is_said_too() -> None:
    (problem,) = resolved("{{< youtube dQw4w9WgXcQ >}}").problems

    assert "filled in" in problem.message


PIECES = st.sampled_from(
    [
        "{{<",
        ">}}",
        "{{%",
        "%}}",
        "{{",
        "}}",
        "{%",
        "%}",
        "{:",
        "{#",
        "}",
        "`",
        "```",
        "\n",
        " ",
        "figure",
        "src=a",
        '"x"',
        "raw",
        "endraw",
        "highlight",
        "endhighlight",
        "/highlight",
        "if",
        "else",
        "endif",
        "for",
        "endfor",
        "comment",
        "endcomment",
        "/*",
        "*/",
        "toc",
        "* a",
        "[a](",
        ")",
        "site.url",
        "text",
        "-",
        "/",
    ]
)


@given(st.lists(PIECES, max_size=40).map("".join), st.booleans())
def test_every_line_keeps_its_number_and_no_mark_is_left(body: str, is_html: bool) -> None:
    text = resolved(body, is_html=is_html).body

    assert text.count("\n") == body.count("\n")
    assert not {"\ufdd0", "\ufdd1", "\ufdd2"} & set(text)


TAGS = st.sampled_from(
    [
        "{{< a >}}",
        "{{</ a >}}",
        "{{% b x=1 %}}",
        "{% c %}",
        "{% endc %}",
        "{%- if d -%}",
        "{% else %}",
        "{% endif %}",
        "{% for e in f %}",
        "{% endfor %}",
        "{% highlight g %}",
        "{% endhighlight %}",
        "{{< highlight >}}",
        "{% include h.html %}",
        "{%endcomment%}",
        "{{< figure src=i >}}",
        "words",
        "```",
        "`",
        "\n",
        "[",
        "](",
        ")",
    ]
)


@given(st.lists(TAGS, max_size=25).map(" ".join))
def test_no_complete_shortcode_is_left_in_code_or_out_of_it(body: str) -> None:
    text = resolved(body).body

    assert not [mark for mark in ("{{<", "{{%", "{%") if mark in text]


@pytest.mark.parametrize(
    "opener", ["{%", "{% x", "{# ", "{{", "{{< ", "{{ x", "{: ", "{% raw %}", "{% if %}", "`", "[a]({{x"]
)
@pytest.mark.parametrize("end", ["", "%}", "}}", "{% endraw %}"])
def test_the_time_grows_with_the_text_only(opener: str, end: str) -> None:
    """Quadratic ways would take minutes here."""
    resolved(opener * (100_000 // len(opener)) + end)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (":::info\n\nKept text.\n\n:::", "\n\nKept text.\n\n"),
        (":::tip Further reading\nText\n:::", "**Further reading**  \nText\n"),
        (":::note[Your *turn*]\nText\n:::", "**Your *turn***  \nText\n"),
        ("::: {.callout-note}\nText\n:::", "\nText\n"),
        ("1. One\n\n   :::warning\n   Text\n   :::", "1. One\n\n\n   Text\n"),
        ("> :::info\n> Text", ">\n> Text"),
        ("import Tabs from '@theme/Tabs';\n\nText", "\n\nText"),
        ('Import it, and learn from "us"', 'Import it, and learn from "us"'),
        ("Text ::: text\n: : :", "Text ::: text\n: : :"),
        ("```\n:::info\nimport a from 'b';\n```", "```\n:::info\nimport a from 'b';\n```"),
    ],
)
def test_lines_that_one_site_generator_understands_are_dropped_without_a_word(body: str, text: str) -> None:
    assert resolved(body) == Resolved(text)


def test_lines_of_html_are_left_alone() -> None:
    assert resolved(":::info", is_html=True).body == ":::info"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (
            '<figure>\n  {% image "a.png" "A cat" %}\n</figure>',
            '<figure>\n  <img src="a.png" alt="A cat">\n</figure>',
        ),
        ('Text\n<div>{% image "a.png" "A cat" %}</div>', 'Text\n<div><img src="a.png" alt="A cat"></div>'),
        ('<div>\n\n{% image "a.png" "A cat" %}\n\n</div>', "<div>\n\n![A cat](a.png)\n\n</div>"),
        ('<a href="/">{% image "a.png" "A cat" %}</a>', '<a href="/">![A cat](a.png)</a>'),
    ],
)
def test_a_picture_in_a_block_of_html_becomes_html(body: str, text: str) -> None:
    assert resolved(body).body == text


def test_no_emphasis_is_left_where_a_value_was_dropped() -> None:
    assert resolved("Ruby **{{ site.version }}** or higher").body == "Ruby  or higher"


def test_attributes_of_kramdown_may_be_wrapped() -> None:
    assert resolved('[![RHG](a.gif){:\n.icon width="70"}][b] A book').body == "[![RHG](a.gif)\n][b] A book"


def test_no_blank_is_left_before_the_end_of_a_sentence() -> None:
    assert (
        resolved("The release of Ruby {{ version }}. More {% note %}!").body == "The release of Ruby. More!"
    )


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("Text {# a comment #}more", "Text more"),
        ("{#- TODO\n- [x](y)\n#}\nText", "\n\n\nText"),
        ("`{# shown #}`", "`{# shown #}`"),
        ("## A {#id}\n\nText {# x #}", "## A \n\nText "),
        ("## A {#id}\n\nNo end: {# text", "## A \n\nNo end: {# text"),
    ],
)
def test_comments_of_templates_are_dropped_without_a_word(body: str, text: str) -> None:
    assert resolved(body) == Resolved(text)
