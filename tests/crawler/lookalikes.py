"""Made-up articles that look like something else, each with a name that says what it is and words that it must hold."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from crawler.extract.words import words
from tests.crawler.frames import SITE, framed, rows, story


@dataclass(frozen=True, slots=True)
class Article:
    title: str
    #: The header bar below the headline; may be empty.
    bar: str
    body: str
    #: Something that the text must hold.
    wanted: str
    #: Stand in the page's head, above the article, and below it.
    head: str = ""
    above: str = ""
    below: str = ""

    def page(self, seed: int) -> str:
        bar = f"<div class='info'>{self.bar}</div>" if self.bar else ""
        inner = f"{self.above}<h1>{self.title}</h1>{bar}<div class='text'>{self.body}</div>{self.below}"
        return framed(inner, seed, title=f"{self.title}_{SITE}", head=self.head)


BAR = "2026-11-12 08:05　来源：望海日报"
DAY = "发布时间：2026-11-12"
ONE = "<p>望海区近日召开秋冬季防火工作会议，要求各街道压实责任、细化措施，确保林区安全。</p>"
TWO = ONE + "<p>会议强调，要加强巡查值守，严格管控火源，做到早发现、早处置。</p>"
THREE = TWO + "<p>截至目前，全区共排查隐患三十六处，已全部整改到位。</p>"
_OPENING = "望海区近日召开秋冬季防火工作会议"

#: What a template leaves behind in a good page.
_HIDDEN_JUNK = (
    "<div style='display:none'>此文章不存在或已下线</div>",
    "<div>404 Not Found</div>",
    "<p>[!--news.page--]</p>",
    "<p>{{ item.title }}</p>",
    "<div class='err'>该内容已被删除</div>",
    "<p>数据加载中</p>",
    "<noscript>请开启JavaScript并刷新该页</noscript>",
)


def _with_junk(body: str, *, above: str = "", below: str) -> Callable[[random.Random], Article]:
    return lambda _: Article("望海区部署秋冬季森林防火工作", BAR, body, _OPENING, above=above, below=below)


ARTICLES: Mapping[str, Callable[[random.Random], Article]] = {
    "a brief of one sentence amid a hundred links": lambda chance: Article(
        "望海区部署秋冬季森林防火工作", BAR, ONE, _OPENING, below=rows(chance, 100, dated=True)
    ),
    "a brief above sixty dated titles, with its day only": lambda chance: Article(
        "望海区部署秋冬季森林防火工作", DAY, ONE, _OPENING, below=f"<h3>相关阅读</h3>{rows(chance, 60, dated=True)}"
    ),
    "an article about pages that are not found": lambda _: Article(
        "政府网站频现“404页面不存在”，群众办事遇阻",
        BAR,
        "<p>近日，有市民反映，打开部分单位的网站时，常常看到“抱歉，您访问的页面不存在”的提示。</p>"
        "<p>记者随机打开十个网站，其中三个的链接已失效，显示“404 Not Found”。</p>",
        "记者随机打开十个网站",
    ),
    "an article about codes by telephone": lambda _: Article(
        "警方提醒：索要验证码的都是诈骗",
        BAR,
        "<p>近日，望海区居民王先生接到电话，对方自称客服，要求他提供短信验证码。</p><p>民警提醒，"
        "凡是索要验证码的，一律不要相信。</p>",
        "民警提醒",
    ),
    "an article about a login": lambda _: Article(
        "望海区统一身份认证平台上线，一次登录全网通办",
        BAR,
        "<p>11月12日，望海区统一身份认证平台正式上线，群众只需登录一次，即可办理一百余项业务。</p>",
        "群众只需登录一次",
        above="<form>用户名<input name='u'>密码<input type='password' name='p'>登录</form>",
    ),
    "a notice that the site will be closed": lambda _: Article(
        "望海区人民政府网站升级改造暂停服务的公告",
        DAY,
        "<p>因网站升级改造，望海区人民政府网站将于11月14日22时至15日6时暂停访问，给您带来不便，敬请谅解。</p>"
        "<p>特此公告。</p><p>望海区人民政府办公室</p><p>2026年11月12日</p>",
        "敬请谅解",
    ),
    "a short notice that the site was restored": lambda _: Article(
        "关于网站系统维护的公告",
        DAY,
        "<p>本网站定于今晚进行系统维护，届时将暂时无法访问，请相互转告。</p>",
        "请相互转告",
    ),
    "a photo story of captions": lambda _: Article(
        "望海渔港开海",
        "2026-11-12 08:05 来源：望海日报 作者：王海生",
        "".join(
            f"<p><img src='/{n}.jpg'></p><p>图为渔船{name}。</p>" for n, name in enumerate(("出港", "撒网", "归航"))
        ),
        "图为渔船出港",
    ),
    "a picture with a caption": lambda _: Article(
        "望海区首届渔家文化节开幕",
        BAR,
        "<p><img src='/1.jpg'></p><p>11月12日，演员在望海区首届渔家文化节开幕式上表演节目。王海生 摄</p>",
        "演员在望海区首届渔家文化节",
    ),
    "a video story of two lines": lambda _: Article(
        "视频｜望海渔港开海",
        BAR,
        "<div class='player'><video src='/1.mp4'></video></div><p>千帆竞发，渔歌唱响。</p><p>点击视频，一起出海！</p>",
        "千帆竞发",
    ),
    "a table of a thousand results": lambda _: Article(
        "望海区2026年公开招聘教师笔试成绩公示",
        DAY,
        "<p>现将笔试成绩予以公示。</p><table>"
        + "".join(f"<tr><td>{n}</td><td>2026{n:04d}</td><td>{60 + n % 40}.5</td></tr>" for n in range(1000))
        + "</table>",
        "现将笔试成绩予以公示",
    ),
    "a notice of appointments": lambda _: Article(
        "望海区干部任前公示",
        DAY,
        "<p>王海生，男，汉族，1975年6月生，在职大学学历，中共党员，现任望海区财政局副局长，拟任区直部门正职。</p>"
        "<p>李望，女，汉族，1980年3月生，大学学历，中共党员，现任东湖街道办事处主任，"
        "拟任街道党工委书记。</p><p>公示期间，如有意见请向区委组织部反映。</p>",
        "拟任区直部门正职",
    ),
    "a portrait whose title is a name": lambda _: Article(
        "王海生",
        BAR,
        "<p>王海生，男，1960年生，望海区北港镇渔民，三十年来义务救起落水群众二十余人。</p><p>2026年，"
        "他被评为望海好人。</p>",
        "三十年来义务救起",
    ),
    "an obituary": lambda _: Article(
        "李望同志逝世",
        BAR,
        "<p>望海区第八届人大常委会原副主任李望同志，因病医治无效，于2026年11月10日逝世，享年九十岁。</p>",
        "因病医治无效",
    ),
    "questions and answers": lambda _: Article(
        "关于城乡居民医保缴费的问答",
        DAY,
        "<p>问：缴费时间是什么时候？</p><p>答：集中缴费期为9月1日至12月31日。</p><p>问：怎么缴？</p>"
        "<p>答：可以通过手机缴费，也可以到社区办理。</p>",
        "集中缴费期",
    ),
    "a law with its contents": lambda _: Article(
        "望海区城市绿化管理办法",
        DAY,
        "<p>目　录</p><p>第一章　总则</p><p>第二章　规划与建设</p><p>第三章　附则</p><p>第一章　总则</p>"
        "<p>第一条　为了加强城市绿化管理，保护和改善生态环境，制定本办法。</p>"
        "<p>第二条　本办法适用于望海区行政区域内的城市绿化活动。</p>",
        "为了加强城市绿化管理",
    ),
    "prices of the day": lambda _: Article(
        "望海区11月12日蔬菜价格",
        DAY,
        "<table>"
        + "".join(
            f"<tr><td>{name}</td><td>{n}.50元/公斤</td></tr>"
            for n, name in enumerate(words("白菜 萝卜 土豆 黄瓜 芹菜 菠菜 西红柿 茄子"), 1)
        )
        + "</table>",
        "白菜",
    ),
    "the weather": lambda _: Article(
        "望海区气象台天气预报",
        "2026-11-12 06:00",
        "<p>今天白天晴间多云，北风3到4级，最高气温12℃；夜间多云，最低气温3℃。</p>",
        "最高气温",
    ),
    "a notice without a day": lambda _: Article(
        "关于东湖路临时停水的通知",
        "",
        "<p>各用户：因供水管道维修，东湖路沿线将于本周六8时至18时停水，请提前做好储水准备，"
        "不便之处敬请谅解。</p><p>望海区自来水公司</p>",
        "请提前做好储水准备",
    ),
    "a long article without a day or a source": lambda _: Article(
        "望海区多措并举守护绿水青山", "", THREE + TWO.replace("望海区", "该区"), _OPENING
    ),
    "a call for manuscripts": lambda _: Article(
        "关于征集“我与望海”主题征文的启事",
        DAY,
        "<p>望海区文联即日起面向社会征集“我与望海”主题征文，体裁不限，三千字以内。</p>"
        "<p>投稿邮箱：wh@example.cn　联系电话：0500-6000000</p>",
        "体裁不限",
    ),
    "a notice with an attachment": lambda _: Article(
        "关于印发望海区防火工作方案的通知",
        DAY,
        "<p>各街道办事处，区直各部门：</p><p>现将《望海区防火工作方案》印发给你们，请认真贯彻执行。</p>"
        "<p><a href='/f.pdf'>附件：望海区防火工作方案.pdf</a></p>",
        "请认真贯彻执行",
    ),
    "a leader's activity below a column of leaders": lambda _: Article(
        "王海生到东湖街道调研",
        DAY,
        "<p>11月11日，区委副书记、区长王海生到东湖街道调研秋冬季防火工作。</p>",
        "到东湖街道调研",
        above="<div>首页 &gt; 领导之窗 &gt; 区长 &gt; 领导活动</div>",
    ),
    "an introduction of a scheme": lambda _: Article(
        "望海区惠民保险产品介绍",
        BAR,
        "<p>望海惠民保是面向全区居民的补充医疗保险，不限年龄、不限职业，每人每年八十九元。</p>",
        "不限年龄",
    ),
    "a guide that is news": lambda _: Article(
        "望海区冬季流感疫苗接种指南",
        BAR,
        "<p>流感疫苗接种工作已经启动，六个月以上人群均可到社区卫生服务中心接种。</p>",
        "均可到社区卫生服务中心接种",
    ),
    "an article with a comment box and a login": lambda _: Article(
        "望海区部署秋冬季森林防火工作",
        BAR,
        THREE,
        _OPENING,
        below="<div class='pl'>网友评论 请先登录后发表评论<input type='password'></div>",
    ),
    "an article of a site behind a firewall": lambda _: Article(
        "望海区部署秋冬季森林防火工作",
        BAR,
        THREE,
        _OPENING,
        head="<script>var x='acw_sc__v2';</script><script src='/aliyun_waf.js'></script>",
    ),
    "a brief on a site with a firewall's script": lambda _: Article(
        "望海区部署秋冬季森林防火工作", BAR, ONE, _OPENING, head="<script>var x='__jsluid';$_ts=1</script>"
    ),
    **{f"an article with the junk {junk}": _with_junk(TWO, above=junk, below=junk) for junk in _HIDDEN_JUNK},
    **{f"a brief with the junk {junk}": _with_junk(ONE, below=junk) for junk in _HIDDEN_JUNK},
    "an article that quotes other stories": lambda chance: Article(
        "望海一周要闻回顾",
        BAR,
        "".join(f"<p>{n}．{story(chance)}。本周，有关部门抓好落实，取得了实效。</p>" for n in range(1, 8)),
        "有关部门抓好落实",
    ),
}


def lookalike(name: str, seed: int) -> tuple[Article, str]:
    """An article of `ARTICLES` and its page in the frame of a seed."""
    article = ARTICLES[name](random.Random(seed * 17 + 3))
    return article, article.page(seed)
