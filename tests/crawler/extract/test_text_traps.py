"""What real templates do to a text, one trap a page. All pages are made up."""

import pytest

from tests.crawler.extract.pages import BAR, PARAGRAPHS, TITLE, body, page, read

TEXT = "\n".join(PARAGRAPHS)
LINKS = "".join(f'<p><a href="/{number}.html">望海区举办第{number}届渔家文化节活动</a></p>' for number in range(1, 5))


def inside(*before: str, after: str = "") -> str:
    """A page whose container holds more than the paragraphs."""
    return page(container='div class="k1"').replace(
        '<div class="k1">' + body(), '<div class="k1">' + "".join(before) + body() + after, 1
    )


def test_the_table_of_data_above_a_document_is_no_text_but_its_number_and_signature_are() -> None:
    table = "<p>索引号：wh-2026-0011</p><p>主题分类：应急管理</p><p>发布机构：望海区政府办公室</p>"
    number = "<p>望政发〔2026〕18号</p><p>各街道办事处，区直各部门：</p>"
    signature = "<p>附件：望海区森林防火分区图</p><p>望海区人民政府</p><p>2026年11月12日</p>"
    read_text = read(inside(table, number, after=signature)).text
    assert read_text == (
        f"望政发〔2026〕18号\n各街道办事处，区直各部门：\n{TEXT}\n附件：望海区森林防火分区图\n望海区人民政府\n2026年11月12日"
    )


def test_time_and_place_of_an_event_are_text() -> None:
    assert read(inside("<p>时间：2026年11月20日14:00</p><p>地点：望海区图书馆</p>")).text == (
        f"时间：2026年11月20日14:00\n地点：望海区图书馆\n{TEXT}"
    )


def test_a_theme_is_text_where_no_table_of_data_stands() -> None:
    assert read(inside("<p>主题：秋冬季森林防火</p>")).text == f"主题：秋冬季森林防火\n{TEXT}"


def test_a_headline_broken_into_lines_is_one_and_not_repeated() -> None:
    title = "望海区人民代表大会常务委员会关于批准望海区秋冬季森林防火工作方案的决议"
    lines = "<p>望海区人民代表大会常务委员会</p><p>关于批准望海区秋冬季</p><p>森林防火工作方案的决议</p>"
    told = f"<div>{BAR}<div>{lines}{body()}</div></div>"
    html = f"<html><head><title>{title}_望海网</title></head><body>{told}</body></html>"
    result = read(html)
    assert (result.title, result.text) == (title, TEXT)


def test_below_the_editors_stands_nothing_of_the_article_but_attachments() -> None:
    after = "<p>编辑|王敏</p><p>1、回复【社保】查询缴纳记录</p><p>看都看完了，点个在看吧</p><p>附件：分区图</p>"
    assert read(inside(after=after)).text == f"{TEXT}\n附件：分区图"


def test_editors_that_were_copied_with_an_article_stay_in_its_copy() -> None:
    line = "<p>(责任编辑:王敏)</p>"
    copied = inside(after=line).replace("来源：望海日报", "转自:望海日报")
    result = read(copied)
    assert result.text == f"{TEXT}\n(责任编辑:王敏)"
    assert [person.name for person in result.editors] == ["王敏"]
    assert read(inside(after=line)).text == TEXT


def test_a_note_of_the_editors_below_the_line_that_names_them_is_the_article_s() -> None:
    note = "编者按：本文于第2版更正了第1段中的数据，特此说明。"
    assert read(inside(after=f"<p>编辑|王敏</p><p>{note}</p>")).text == f"{TEXT}\n{note}"
    copied = inside(after=f"<p>(责任编辑:王敏)</p><p>{note}</p>").replace("来源：望海日报", "转自:望海日报")
    assert read(copied).text == f"{TEXT}\n(责任编辑:王敏)\n{note}"


def test_a_credit_set_as_a_paragraph_is_the_article_s_and_in_a_box_of_its_own_the_page_s() -> None:
    assert read(inside(after="<p>来源：望海区统计局</p>")).text == f"{TEXT}\n来源：望海区统计局"
    assert read(inside(after="<div class='ly'>来源：望海区统计局</div>")).text == TEXT
    assert read(inside(after="<p>本文来源：望海区统计局</p>")).text == TEXT


def test_the_way_back_that_is_glued_to_the_last_paragraph_is_left_out() -> None:
    html = page().replace(f"{PARAGRAPHS[-1]}</p>", f'{PARAGRAPHS[-1]}<a href="/">返回望海，查看更多</a></p>', 1)
    assert read(html).text == TEXT


def test_readers_comments_are_no_text_whatever_their_boxes_are_called() -> None:
    said = "现在的防火工作越来越细，希望巡查不要走过场，大家都要出力。"
    comment = f"<div><div><i>海边人</i></div><div>{said}</div><div><em>回复</em></div></div>"
    assert read(page(below=f"<div>{comment * 4}</div>")).text == TEXT
    assert read(inside(after=f"<div>{comment * 4}</div>")).text == TEXT


def test_a_heading_of_nothing_but_links_is_left_out() -> None:
    assert read(inside(after=f"<p>证券要闻</p>{LINKS}<p>行业动态</p>{LINKS}")).text == TEXT


def test_a_column_beside_the_article_is_left_out_though_it_tells_something() -> None:
    about = "本栏目及时发布全区各类信息，内容来自网络，请大家注意甄别，谢谢支持。"
    side = f"<div>{LINKS}<div>{about}</div>{LINKS}</div>"
    told = PARAGRAPHS[0] + PARAGRAPHS[1]
    main = f"<div><div>{TITLE}</div>{BAR}<div>{told}</div></div>"
    html = f"<html><head><title>{TITLE}</title></head><body><div>{main}{side}</div></body></html>"
    assert read(html).text == told


@pytest.mark.parametrize("count", [1, 2])
def test_a_brief_is_read_amid_a_page_of_links(count: int) -> None:
    rights = "<p>凡注明来源为“望海网”的作品，版权归望海网所有，未经授权不得转载。</p>"
    told = "".join(f"<p>{text}</p>" for text in PARAGRAPHS[:count])
    html = page(above=LINKS * 3, below=f"<div>{LINKS * 3}</div><div>{rights}</div>").replace(body(), told, 1)
    assert read(html).text == "\n".join(PARAGRAPHS[:count])


def test_a_lead_below_a_link_is_no_teaser() -> None:
    teasers = "".join(
        f"<p><a href='/{n}'>望海区举办第{n}届渔家文化节</a></p><p>活动现场气氛热烈，观众很多。</p>" for n in "123"
    )
    html = page(below=f"<div>{teasers}</div>").replace(
        f"<div>{body()}", f'<div><p><a href="/z">点击进入望海区专题页面</a></p>{body()}', 1
    )
    assert read(html).text == TEXT


def test_the_counter_of_a_gallery_is_no_text() -> None:
    html = page().replace(f"<p>{PARAGRAPHS[0]}", f"<p><em>1</em><em>/10 </em>{PARAGRAPHS[0]}", 1)
    assert read(html).text == TEXT


def test_a_count_of_hits_between_header_and_text_is_no_text() -> None:
    assert read(page(bar=f"{BAR}<div><i>\ue60e</i>4</div>")).text == TEXT


def test_an_address_is_no_headline() -> None:
    url = "<url>http://www.example.cn/news/1.html</url>"
    xml = f"<?xml version='1.0'?><doc>{url}<title>{TITLE}</title><day>2026-11-12 08:05:00</day><body>{TITLE}\n"
    result = read(xml + "\n".join(PARAGRAPHS) + "</body></doc>")
    assert (result.title, result.text) == (TITLE, TEXT)


@pytest.mark.parametrize(
    "shape",
    [
        "<form action='a.aspx'>{}</form>",
        "<table><tr><td><table><tr><td>{}</td></tr></table></td></tr></table>",
        "<div style='visibility:hidden'>{}</div>",
        "</body></html>{}",
        "<div style='display:none'>此文章不存在或已下线。404 Not Found，请返回首页查看其他内容。</div>{}",
        "<!-- <ul><li>望海区举办渔家文化节</li></ul> -->{}",
        "<article><section>{}</section></article>",
    ],
)
def test_the_text_is_read_in_whatever_holds_it(shape: str) -> None:
    whole = f"<h1>{TITLE}</h1>{BAR}<div>{body()}</div>"
    html = f"<html><head><title>{TITLE}_望海网</title></head><body>{shape.format(whole)}</body></html>"
    result = read(html)
    assert (result.title, result.text) == (TITLE, TEXT)


def test_paragraphs_that_only_breaks_part_are_read() -> None:
    broken = "<br><br>".join(f"　　{text}" for text in PARAGRAPHS)
    assert read(page().replace(f"<div>{body()}</div>", f"<div>{broken}</div>", 1)).text == TEXT


@pytest.mark.parametrize(
    "name",
    [
        "class='TRS_Editor'",
        "class='trs_editor_view'",
        "class='TRS_UEDITOR'",
        "id='UCAP-CONTENT'",
        "id='zoom'",
        "id='vsb_content'",
        "class='v_news_content'",
        "id='ozoom'",
        "id='mainText'",
        "id='rwb_zw'",
        "id='p-detail'",
        "class='xxgk-content'",
        "id='ivs_content'",
        "class='main-txt'",
        "class='artile_zw'",
        "class='newsdetatext'",
        "id='contenttext'",
        "id='DocContent'",
        "id='artibody'",
        "class='post_body'",
    ],
)
def test_the_container_of_a_known_cms_is_the_body(name: str) -> None:
    html = page(container=f"div {name}", below=f"<div>{LINKS}</div>")
    result = read(html)
    assert result.evidence["text"].startswith("container:")
    assert result.text == TEXT


@pytest.mark.parametrize(
    ("begin", "end"),
    [
        ("<!--<$[信息内容]>begin-->", "<!--<$[信息内容]>end-->"),
        ("<!--enpcontent-->", "<!--/enpcontent-->"),
        ('<meta name="ContentStart">', '<meta name="ContentEnd">'),
        ("<!-- 正文 start -->", "<!-- 正文 end -->"),
        ("<!-- 文章正文 begin -->", "<!-- 文章正文 end -->"),
    ],
)
def test_the_markers_of_a_known_cms_hold_the_body(begin: str, end: str) -> None:
    more = "<p>以上工作由区应急管理局负责解释，请各单位认真贯彻执行。</p>"
    html = page().replace(f"<div>{body()}", f"<div>{begin}{body()}{end}{more}", 1)
    result = read(html)
    assert result.evidence["text"].startswith("marker:")
    assert result.text == TEXT


def test_the_furniture_of_a_newspaper_s_page_is_no_text() -> None:
    above = "<div>第A01版：要闻</div><div><a href='#'>上一版</a> <a href='#'>下一版</a></div>"
    tools = "<p>放大 缩小 默认</p>"
    below = "<div><a href='#'>返回目录</a></div><div>上一篇 下一篇</div>"
    html = page(above=above, container="div id='ozoom'", below=below).replace(
        body(), tools + body() + "<p>第A01版：要闻</p>"
    )
    assert read(html).text == TEXT
