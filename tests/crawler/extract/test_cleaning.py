"""What belongs to the text of an article and what does not. All lines are made up."""

import pytest

from crawler.extract.boilerplate import begins_related, is_boilerplate, is_header_line
from tests.crawler.extract.pages import PARAGRAPHS, TITLE, body, page, read

TEXT = "\n".join(PARAGRAPHS)


@pytest.mark.parametrize(
    "line",
    [
        "责任编辑：王敏",
        "（责任编辑:王敏）",
        "[责任编辑：王敏 PK123]",
        "编辑 王敏 校对 李强",
        "编辑/王敏",
        "总监制：邹 明",
        "审 核：李强",
        "初审编辑：王敏 责任编辑：李强",
        "撰稿：张三 编辑：王敏",
        "（原标题：望海区开会）",
        "点击：1024次",
        "浏览次数：1024",
        "阅读 1032",
        "【字体：大 中 小】",
        "【打印本页】 【关闭窗口】",
        "分享到：微信 微博 QQ空间",
        "大 中 小 打印 关闭",
        "扫一扫在手机打开当前页",
        "长按二维码关注我们",
        "上一篇：望海区举办文化节",
        "下一条：没有了",
        "首页 | 上一页 1 下一页 | 尾页",
        "关键词：防火 安全",
        "免责声明：本文来自网络，不代表本站观点。",
        "凡本网注明“来源：望海网”的所有作品，版权均属于望海网。",
        "未经书面授权，请勿转载。",
        "本站内容仅供参考，不构成任何投资建议。",
        "网站标识码：3700000000 备案号：测ICP备12345678号",
        "当前位置：首页 > 要闻 > 正文",
        "下载望海新闻客户端",
        "资料图片",
        "-----",
        "编辑 王敏 校对 李强 / 审核 张三",
        "【纠错】责任编辑：王敏",
        "区应急局供稿 摄影/王敏 编辑/李强",
        "本文原标题：《望海区开会》",
        "打开微信，点击底部的“发现”，使用“扫一扫”即可将网页分享至朋友圈。",
        "微信里点“发现”，扫一下二维码便可将本文分享至朋友圈。",
        "本文共浏览 1024 次",
        "您是第1024位访问者",
        "转载请注明出处",
        "凡注明来源为“望海网”的作品，版权归望海网所有",
        "关于我们 | 联系我们 | 网站地图",
        "主办：望海区人民政府 承办：望海区政务信息中心",
        "【返回目录】",
        "上一版 下一版",
        "放大 缩小 默认",
        "第A01版：要闻",
        "【我要纠错】",
        "- THE END -",
        "【1】【2】【3】",
        "新品第一时间免费试用，下载客户端还能获得专享福利哦！",
        "违法和不良信息举报电话：0530-0000000",
    ],
)
def test_a_line_of_the_site_is_left_out(line: str) -> None:
    assert is_boilerplate(line)
    assert read(page(line)).text == TEXT


@pytest.mark.parametrize(
    "line",
    [
        "编辑部里，王敏正在核对稿件。",
        "编者按：本文更正了第一段中的数据，特此说明。",
        "（更正）会议要求各街道压实责任。",
        "他打印了三百份材料，逐户分享到居民手中。",
        "该站点日均浏览次数超过一万次，群众评价良好。",
        "来源于群众，服务于群众。",
        "下一步，全区将开展专项整治。",
        "关闭非法采砂点十二处，打印问题清单并逐一销号。",
        "附件：望海区森林防火分区图",
        "咨询电话：0530-0000000",
        "望海区应急管理局",
        "2026年11月12日",
        "望政发〔2026〕18号",
        "各街道办事处、区直各部门：",
        "一、总体要求",
        "图为会议现场。（王敏 摄）",
        "审核程序",
        "统筹推进",
        "策划活动",
        "初审：由街道办事处受理后在5个工作日内完成",
        "第十条 未经许可，任何单位和个人不得占用道路。",
        "居民可扫码登记后进入。",
        "考生请登录望海人事考试网打印准考证。",
        "市民可下载“望海通”APP办理。",
        "可关注“望海发布”微信公众号查询结果。",
        "特别提示：考生须携带身份证和准考证参加考试。",
        "郑重声明：近日有不法分子冒充我局工作人员。",
        "本报讯（记者王敏）望海区版权局近日开展执法检查。",
        "位置：望海区中心路12号",
        "上篇：从无到有",
        "望海区某某饭店 食品经营许可证编号：JY12345",
        "主办单位：望海区人民政府 承办单位：望海区文旅局",
        "发布单位：望海区气象台",
        "（此件公开发布）",
        "01",
        "来源：望海区统计局",
        "作者：王敏 李强",
        "图片均来自网络",
    ],
)
def test_a_line_of_the_article_stays(line: str) -> None:
    assert not is_boilerplate(line)
    assert read(page(line)).text == f"{TEXT}\n{line}"


@pytest.mark.parametrize(
    "line",
    [
        "发布时间：2026-11-12 来源：望海日报 浏览次数：",
        "2026年11月12日 08:05",
        "来源：望海日报",
        "索引号：wh-2026-0011",
        "发表于2026-11-12 08:05| 1164次阅读| 来源望海网",
    ],
)
def test_a_bar_of_date_and_source_is_no_text(line: str) -> None:
    assert is_header_line(line)
    html = page(bar="").replace("<div><p>", f"<div><p>{line}</p><p>", 1)
    assert read(html).text == TEXT


def test_a_sentence_that_begins_like_a_bar_is_text() -> None:
    assert not is_header_line("日期：1月21日，望海队在主场获胜。")


def test_the_title_is_not_repeated_in_the_text() -> None:
    html = page().replace("<div><p>", f"<div><p>{TITLE}</p><p>", 1)
    assert read(html).text == TEXT


@pytest.mark.parametrize("heading", ["相关阅读", "延伸阅读：", "■ 相关新闻", "热点排行", "為您推薦", "猜你喜欢"])
def test_a_list_of_other_stories_ends_the_text(heading: str) -> None:
    assert begins_related(heading)
    links = "".join(f'<p><a href="/{number}">望海区举办第{number}届渔家文化节</a></p>' for number in range(4))
    html = page().replace("</div></body>", f"<p>{heading}</p>{links}</div></body>")
    assert read(html).text == TEXT


def test_a_heading_without_links_below_it_is_a_subhead() -> None:
    more = "此前，区里已投入资金三百万元，新建瞭望塔六座。"
    assert read(page("相关新闻", more)).text == f"{TEXT}\n相关新闻\n{more}"


def test_a_hot_list_with_abstracts_is_no_text() -> None:
    abstract = "<p>开幕式上，多支队伍依次登场，气氛热烈。</p>"
    items = "".join(f'<li><a href="/{n}">望海区举办第{n}届渔家文化节</a>{abstract}</li>' for n in range(6))
    assert read(page(below=f"<div class='right'><ol>{items}</ol></div>")).text == TEXT


def test_counters_do_not_change_what_is_read() -> None:
    def visited(hits: int) -> str:
        return page(bar=f'<div class="info">2026-11-12 08:05 来源：望海日报 点击：{hits}次</div>', below=f"阅读 {hits}")

    assert read(visited(1001)) == read(visited(98765))


def test_a_mobile_copy_is_read_once() -> None:
    copy = f"<div class='wap'><h1>{TITLE}</h1>{body()}</div>"
    assert read(page(container="div class='pc'", below=copy)).text == TEXT


def test_a_standfirst_that_the_text_repeats_does_not_end_it() -> None:
    html = page().replace("<div><p>", f"<div><p>{PARAGRAPHS[0]}</p><p>", 1)
    assert read(html).text == f"{PARAGRAPHS[0]}\n{TEXT}"


def test_the_origin_line_is_a_field_and_no_text() -> None:
    html = page().replace("<div><p>", "<div><p>本文转自：望海网-望海频道</p><p>", 1)
    result = read(html)
    assert (result.origin, result.text) == ("望海网-望海频道", TEXT)


def test_rows_of_a_table_are_lines() -> None:
    rows = "".join(f"<tr><td>{number}</td><td>张三{number}</td><td>合格</td></tr>" for number in range(1, 4))
    html = page().replace("</div></body>", f"<table>{rows}</table></div></body>")
    assert read(html).text.split("\n")[-3:] == ["1 张三1 合格", "2 张三2 合格", "3 张三3 合格"]


def test_a_line_break_of_the_source_is_no_space_between_hanzi() -> None:
    html = page().replace("望海区近日召开", "望海区近日\n        召开")
    assert read(html).text == TEXT


def test_a_text_that_breaks_off_is_flagged() -> None:
    assert read(page("下一步，全区将对重点区域进行拉网式排查，选派专人进驻，落实网格化管理，并对沿线村庄")).truncated
    assert not read(page()).truncated


def test_images_and_attachments_are_links_with_labels() -> None:
    more = '<img src="/i/1.jpg" alt="会议现场"><a href="/f/1.pdf">分区图</a>'
    result = read(page(more))
    assert [(image.url, image.label) for image in result.images] == [("http://www.example.cn/i/1.jpg", "会议现场")]
    assert [(file.url, file.label) for file in result.attachments] == [("http://www.example.cn/f/1.pdf", "分区图")]
