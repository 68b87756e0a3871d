"""Made-up pages that are no articles, as they are met in the field; each has a name that says what it is."""

import random
from collections.abc import Callable, Mapping

from storage.records import Refusal
from tests.crawler.frames import SITE, day, framed, rows, sentence, story

#: Refusals that mean the same to whoever reads them: a page of the site that is no article.
LISTED = frozenset({Refusal.LISTING, Refusal.NO_TEXT, Refusal.NO_TITLE, Refusal.SHELL})
GONE = frozenset({Refusal.SOFT_404})
CHALLENGED = frozenset({Refusal.CHALLENGE})
CLOSED = frozenset(
    {
        Refusal.SHELL,
        Refusal.LOGIN,
        Refusal.CHALLENGE,
        Refusal.NO_TEXT,
        Refusal.NO_TITLE,
        Refusal.SOFT_404,
        Refusal.EMPTY,
    }
)


def bare(body: str, title: str = "", head: str = "") -> str:
    return f'<html><head><meta charset="utf-8"><title>{title}</title>{head}</head><body>{body}</body></html>'


#: Pages of firewalls and the like.
CHALLENGES: Mapping[str, str] = {
    "瑞数 412": (
        "<!DOCTYPE html><html><head><meta charset='utf-8'><meta id='9Dh' content='abc.def' r='m'>"
        "<script type='text/javascript' "
        "r='m'>$_ts=window['$_ts'];if(!$_ts)$_ts={};$_ts.nsd=1;$_ts.cd='q';</script></head><body></body></html>"
    ),
    "加速乐 521": (
        "<script>document.cookie=('_')+('_')+('j')+'__jsl_clearance_s=1;max-age=3600';location.href="
        "location.pathname+location.search</script>"
    ),
    "Aliyun WAF acw_sc__v2": bare(
        "<script>var arg1='0123';function setCookie(n,v){document.cookie=n+'='+v}setCookie('acw_sc__v2',1);"
        "document.location.reload();</script>"
    ),
    "Aliyun WAF block 405": bare(
        "<div><p>很抱歉，由于您访问的URL有可能对网站造成安全威胁，您的访问被阻断。</p>"
        "<p>您的请求ID是：76b20f0117000000</p></div>",
        "405",
        "<meta name='data-spm' content='a3c0e'>",
    ),
    "Tencent captcha": bare(
        "<div id='cap'></div><script src='https://x.example/TCaptcha.js'></script>"
        "<script>new TencentCaptcha('1');</script>",
        "验证",
    ),
    "Baidu 安全验证": bare(
        "<div><h2>百度安全验证</h2><p>网络不给力，请稍后重试</p><a href='/'>返回首页</a>"
        "<a href='/f'>问题反馈</a></div>",
        "百度安全验证",
    ),
    "云锁": bare(
        "<h1>网站防火墙</h1><p>您的请求带有不合法参数，已被网站管理员设置拦截！</p>"
        "<p>可能原因：您提交的内容包含危险的攻击请求</p>"
        "<p>如何解决：检查提交内容；如网站托管，请联系空间提供商；普通网站访客，请联系网站管理员。</p><p>云锁</p>",
        "网站防火墙",
    ),
    "安全狗": bare(
        "<h1>网站防火墙</h1><p>您的请求带有不合法参数，已被网站管理员设置拦截！</p>"
        "<p>可能原因：您提交的内容包含危险的攻击请求</p>"
        "<p>如何解决：</p><p>1）检查提交内容；</p><p>2）如网站托管，请联系空间提供商；</p>"
        "<p>3）普通网站访客，请联系网站管理员；</p><p>safedog.cn</p>",
        "网站防火墙",
    ),
    "D盾": bare(
        "<h1>D盾_拦截提示</h1><p>您的IP：192.0.2.1</p><p>当前的访问被【D盾】拦截，"
        "可能含有危险的攻击请求。</p><p>如有疑问请联系管理员。</p>",
        "D盾_拦截提示",
    ),
    "创宇盾": bare(
        "<div><h2>当前访问疑似黑客攻击，已被创宇盾拦截。</h2><p>如果您是网站管理员，"
        "请登录知道创宇云防御查看详情或者反馈误报</p>"
        "<p>client: 192.0.2.1, server: 0001, time: 21/Nov/2026:12:00:00 +0800</p></div>",
        "创宇盾",
    ),
    "滑块": bare("<div>请按住滑块，拖动到最右边</div><div>为了您的账户安全，请完成验证</div>", "滑动验证页面"),
    "访问过于频繁": bare(
        "<p>您的访问过于频繁，请稍后再试。</p><p>请输入验证码：</p><img src='/c.png'><input name='c'>", "提示"
    ),
    "Cloudflare": bare(
        "<h1>Just a moment...</h1>"
        "<p>Checking your browser before accessing the site. Enable JavaScript and cookies to continue</p>"
        "<script src='/cdn-cgi/challenge-platform/h/b'></script>",
        "Just a moment...",
    ),
    "IP banned": bare("<h1>访问受限</h1><p>您的IP地址已被列入黑名单，访问被拒绝。请联系网站管理员。</p>", "访问受限"),
}

#: Pages that a script would fill, that ask who one is, or that lead elsewhere.
SHELLS: Mapping[str, str] = {
    "Vue": bare(
        "<noscript>We're sorry but this site doesn't work properly without JavaScript enabled.</noscript>"
        "<div id='app'></div><script src='/js/app.1a2b.js'></script>",
        "望海融媒",
    ),
    "React": bare(
        "<noscript>You need to enable JavaScript to run this app.</noscript><div id='root'></div>"
        "<script src='/static/main.js'></script>",
        "望海融媒",
    ),
    "请开启JavaScript": bare("<p>请开启JavaScript并刷新该页。</p><script>var a=1;</script>", "望海网"),
    "浏览器不支持": bare(
        "<p>您的浏览器版本过低，或未启用JavaScript，部分功能无法使用，请升级浏览器或启用JavaScript后重试。</p>"
        "<div id='app'></div><script src='a.js'></script>",
        "望海网",
    ),
    "页面加载中": bare("<div class='loading'>页面加载中，请稍候…</div><script src='/a.js'></script>", "望海网"),
    "数据加载中 in a frame of links": bare(
        "<ul><li><a href='/'>首页</a></li><li><a href='/n'>新闻</a></li></ul>"
        "<div id='con'>数据加载中…</div><script>load()</script>",
        "望海网",
    ),
    "unfilled template": bare(
        "<h1>{{ article.title }}</h1><div>{{ article.date }} {{ article.source }}</div>"
        "<div v-html='article.content'>{{ article.content }}</div><script src='a.js'></script>",
        "望海网",
    ),
    "meta refresh": bare(
        "<p>正在跳转，请稍候……</p>", "跳转", "<meta http-equiv='refresh' content='0;url=/index.html'>"
    ),
    "script redirect": "<html><head><script>window.location.href='/m/index.html';</script></head><body></body></html>",
    "frames": "<html><head><title>望海网</title></head><frameset rows='80,*'><frame src='t.htm'>"
    "<frame src='m.htm'></frameset></html>",
    "统一身份认证": bare(
        "<h2>统一身份认证平台</h2><form><label>用户名</label><input name='u'><label>密码</label>"
        "<input type='password' name='p'>"
        "<button>登录</button></form><p>忘记密码</p><p>扫码登录</p><p>建议使用最新版浏览器访问本系统，"
        "并妥善保管好个人账号密码，谨防泄露。</p>",
        "统一身份认证平台",
    ),
    "SSO redirect": bare(
        "<form id='f' action='/sso' method='post'><input type='hidden' name='SAMLRequest' value='x'></form>"
        "<script>document.getElementById('f').submit()</script>",
        "Loading",
    ),
    "login needed": bare(
        "<p>您还没有登录，请先登录后再查看。</p><a href='/login'>立即登录</a><a href='/reg'>注册账号</a>", "用户登录"
    ),
    "WeChat deleted": bare("<div class='weui-msg'><h2>该内容已被发布者删除</h2></div>", ""),
    "WeChat verification": bare(
        "<div><h2>环境异常</h2><p>当前环境异常，完成验证后即可继续访问。</p><a href='#'>去验证</a></div>", ""
    ),
    "WeChat violation": bare(
        "<h2>此内容因违规无法查看</h2><p>由用户投诉并经平台审核，涉嫌违反相关法律法规和政策，查看对应规则。</p>", ""
    ),
}

#: What a server says of its own troubles, with status 200.
ERRORS: Mapping[str, str] = {
    "IIS 404": bare(
        "<h1>服务器错误</h1><fieldset><h2>404 - 找不到文件或目录。</h2><h3>您要查找的资源可能已被删除，"
        "已更改名称或者暂时不可用。</h3></fieldset>",
        "404 - 找不到文件或目录。",
    ),
    "IIS 500": bare(
        "<h1>“/”应用程序中的服务器错误。</h1><h2>运行时错误</h2><p>说明: 服务器上出现应用程序错误。"
        "此应用程序的当前自定义错误设置"
        "禁止远程查看应用程序错误的详细信息(出于安全原因)。但可以通过在本地服务器计算机上运行的浏览器查看。</p>"
        "<p>详细信息: 若要使他人能够在远程计算机上查看此特定错误消息的详细信息，"
        "请在位于当前 Web 应用程序根目录下的“web.config”"
        "配置文件中创建一个 customErrors 标记。</p>",
        "运行时错误",
    ),
    "nginx 404": "<html><head><title>404 Not Found</title></head><body><center><h1>404 Not Found</h1></center>"
    "<hr><center>nginx</center></body></html>",
    "nginx 502": "<html><head><title>502 Bad Gateway</title></head><body><center>"
    "<h1>502 Bad Gateway</h1></center><hr><center>nginx/1.18.0</center></body></html>",
    "Tomcat 404": "<html><head><title>HTTP状态 404 - 未找到</title></head><body><h1>HTTP状态 404 - 未找到</h1><p>"
    "<b>类型</b> 状态报告</p><p><b>消息</b> 请求的资源[/a/1.html]不可用</p>"
    "<p><b>描述</b> 源服务器未能找到目标资源的表示或者是不愿公开一个已经存在的资源表示。</p>"
    "<h3>Apache Tomcat/9.0.30</h3></body></html>",
    "Tomcat 500": "<html><head><title>HTTP Status 500 - Internal Server Error</title></head><body>"
    "<h1>HTTP Status 500 - Internal Server Error</h1><p>Type Exception Report</p>"
    "<p>Message java.lang.NullPointerException</p>"
    "<p>Description The server encountered an unexpected condition that prevented it from fulfilling the request.</p>"
    "<pre>at com.example.Servlet.doGet(Servlet.java:12)</pre></body></html>",
    "Apache 403": "<html><head><title>403 Forbidden</title></head><body><h1>Forbidden</h1>"
    "<p>You don't have permission to access /a/1.html on this server.</p><hr>"
    "<address>Apache/2.4 Server at example.cn Port 80</address></body></html>",
    "ThinkPHP": bare(
        "<h1>:(</h1><h1>页面错误！请稍后再试～</h1><p>ThinkPHP V5.0 { 十年磨一剑-为API开发设计的高性能框架 }</p>",
        "系统发生错误",
    ),
    "ThinkPHP class": bare(
        "<h1>模块不存在:news</h1><p>错误位置</p><p>FILE: /www/ThinkPHP/Lib/Core/App.class.php LINE: 87</p>",
        "系统发生错误",
    ),
    "Whitelabel": "<html><body><h1>Whitelabel Error Page</h1>"
    "<p>This application has no explicit mapping for /error, so you are seeing this as a fallback.</p>"
    "<div>Sat Nov 21 12:00:00 CST 2026</div>"
    "<div>There was an unexpected error (type=Not Found, status=404).</div></body></html>",
    "database": bare("<p>Error establishing a database connection</p>", "Database Error"),
    "database in Chinese": bare("<p>数据库连接出错，请检查连接字串。</p>", ""),
    "MySQL": bare(
        "<p><b>Warning</b>: mysql_connect(): Too many connections in /www/db.php on line 12</p>"
        "<p>数据库服务器连接失败</p>",
        "",
    ),
    "Discuz": bare(
        "<div id='messagetext'><p>抱歉，指定的主题不存在或已被删除或正在被审核</p></div><p>[ 点击这里返回上一页 ]</p>",
        "提示信息",
    ),
    "站点创建成功": bare(
        "<h1>恭喜, 站点创建成功！</h1><h3>这是默认index.html，本页面由系统自动生成</h3><ul>"
        "<li>本页面在FTP根目录下的index.html</li>"
        "<li>您可以修改、删除或覆盖本页面</li></ul>",
        "恭喜，站点创建成功！",
    ),
    "没有找到站点": bare(
        "<h1>没有找到站点</h1><p>您的请求在Web服务器中没有找到对应的站点！</p><p>可能原因：</p><ul>"
        "<li>您没有将此域名或IP绑定到对应站点!</li><li>配置文件未生效!</li></ul>"
        "<p>如何解决：</p><ul><li>检查是否已经绑定到对应站点，若确认已绑定，请尝试重载Web服务；</li>"
        "<li>检查端口是否正确；</li></ul>",
        "没有找到站点",
    ),
    "Welcome to nginx": bare(
        "<h1>Welcome to nginx!</h1>"
        "<p>If you see this page, the nginx web server is successfully installed and working. "
        "Further configuration is required.</p>"
        "<p>For online documentation and support please refer to nginx.org.</p><p>"
        "<em>Thank you for using nginx.</em></p>",
        "Welcome to nginx!",
    ),
    "IIS default": bare(
        "<div id='container'><a href='http://iis.example'><img src='iisstart.png' alt='IIS'></a></div>",
        "IIS Windows Server",
    ),
    "Apache default": "<html><body><h1>It works!</h1></body></html>",
    "parked": bare(
        "<h1>example.cn</h1><p>该域名可能正在出售，如果您对该域名感兴趣，请联系我们，留下您的报价。</p>"
        "<p>The domain example.cn may be for sale. Click here to inquire about this domain.</p>",
        "example.cn - 域名出售",
    ),
    "closed": bare("<h1>网站维护中</h1><p>网站正在升级改造，暂停访问，给您带来不便敬请谅解。</p>", "网站维护中"),
    "closed by host": bare(
        "<h1>该网站暂时无法进行访问</h1><p>可能由以下原因导致：网站未备案或备案信息不符；"
        "网站内容与备案信息不符；网站管理者未及时续费。</p><p>如有疑问请联系空间服务商。</p>",
        "网站暂时无法访问",
    ),
}

#: How sites say that an article is no more; each stands in a site's whole frame.
GONE_WORDS = (
    "<h2>404</h2><p>很抱歉，您要访问的页面不存在！</p><p><span>5</span>秒后自动返回首页</p>",
    "<p>对不起，您访问的页面找不到了，可能已被删除、更名或暂时不可用。</p><p>请检查您输入的网址是否正确。</p>",
    "<div>抱歉，该文章已下线</div>",
    "<div>该信息不存在或已被删除！</div><a href='javascript:history.back()'>返回</a>",
    "<p>您查看的内容已过期或已被删除</p>",
    "<h1>ERROR</h1><p>您所访问的页面不存在或者已删除！您可以返回首页或者联系网站管理员。</p>",
    "<p>Sorry, the page you requested was not found.</p>",
    "<div class='err'>出错啦！没有找到您要的内容。</div>",
    "<div>参数错误</div>",
    "<p>对不起，系统繁忙，请稍后再试！</p>",
    "<p>没有权限访问该信息</p>",
    "<p>该稿件未发布或已撤稿。</p>",
    "<h3>温馨提示</h3><p>您要查看的信息尚未审核或已被撤销，请浏览其他信息。</p>",
    (
        "<p>抱歉，页面无法访问……</p><p>可能因为：网址有错误&gt;请检查地址是否完整或存在多余字符；"
        "网址已失效&gt;可能页面已删除，活动已下线等</p>"
    ),
    (
        "<h2>公益404</h2><p>您访问的页面没有找到，但您可以和我们一起寻找失踪宝贝。</p>"
        "<p>姓名：王小某　性别：男　出生日期：2010-01-02　失踪时间：2014-05-06</p>"
        "<p>失踪地点：望海市东湖街道　失踪人特征描述：身高约一米，圆脸。</p>"
    ),
    "<p>您访问的页面走丢了……</p><p>10秒后将带您回到首页</p>",
)


def _column(chance: random.Random, name: str, introduction: str) -> tuple[str, str]:
    return f"<h2>{name}</h2><p>{introduction}</p>{rows(chance, 15, dated=True)}", f"{name}_{SITE}"


def _teasers(chance: random.Random, count: int, *, linked: bool = True, more: bool = False) -> str:
    items = []
    for number in range(count):
        title = story(chance)
        head = f"<a href='/t{number}.html'>{title}</a>" if linked else title
        tail = f"<a href='/t{number}.html'>[详细]</a>" if more else ""
        items.append(
            f"<li><h3>{head}</h3><div>{day(chance)}</div><p>{sentence(chance)}{sentence(chance)}{tail}</p></li>"
        )
    return f"<ul>{''.join(items)}</ul>"


def _profile(chance: random.Random) -> tuple[str, str]:
    name, born = chance.choice(("王海生", "李望", "欧阳海棠", "陈 峰")), chance.randint(1964, 1985)
    return (
        (
            f"<h2>{name}</h2><p>{name}，男，汉族，{born}年6月生，山东望海人，"
            "在职研究生学历，1995年8月参加工作，1998年6月加入中国共产党。</p><p>现任望海区委副书记、区长。</p>"
            "<p>工作分工：主持区政府全面工作，负责审计方面工作，分管区审计局。</p>"
        ),
        f"{name}_领导之窗_{SITE}",
    )


#: What a site has beside its articles. Each gives what stands in its frame, and the page's title.
STANDING: Mapping[str, Callable[[random.Random], tuple[str, str]]] = {
    "a column of dated links": lambda chance: (rows(chance, 20, dated=True), f"要闻_{SITE}"),
    "a column of links without dates": lambda chance: (rows(chance, 20, dated=False), f"要闻_{SITE}"),
    "a column with an introduction on top": lambda chance: _column(
        chance,
        "乡村振兴",
        "全面推进乡村振兴，加快农业农村现代化，望海区各街镇各部门在行动。本栏目集中展示有关工作动态。",
    ),
    "dated teasers of two sentences": lambda chance: (_teasers(chance, 10), f"街镇动态_{SITE}"),
    "dated teasers with a link at the end": lambda chance: (
        _teasers(chance, 8, linked=False, more=True),
        f"街镇动态_{SITE}",
    ),
    "three teasers": lambda chance: (_teasers(chance, 3), f"街镇动态_{SITE}"),
    "results of a search": lambda chance: (
        f"<p>为您找到相关结果约128条</p>{_teasers(chance, 10)}<div>上一页 1 2 3 4 5 下一页</div>",
        f"搜索结果_{SITE}",
    ),
    "a search without results": lambda chance: ("<p>抱歉，没有找到与“望海”相关的内容。</p>", f"搜索_{SITE}"),
    "a tag's page": lambda chance: (f"<h1>标签：防火</h1>{rows(chance, 12, dated=True)}", f"防火_标签_{SITE}"),
    "a home page": lambda chance: (
        f"<h3><a href='/1'>{story(chance)}</a></h3><p>{sentence(chance)}</p>"
        + rows(chance, 8, dated=False)
        + "<h3>走进望海</h3><p>望海区位于半岛北部，三面环山，一面临海，面积八百平方公里，人口六十万，"
        "素有海上花园之称。</p>" + rows(chance, 8, dated=True),
        "望海网-望海区新闻门户",
    ),
    "a gallery of photo stories": lambda chance: (
        "".join(
            f"<div class='pic'><a href='/p{n}'><img src='/{n}.jpg'></a><p><a href='/p{n}'>{story(chance)}</a></p></div>"
            for n in range(12)
        ),
        f"图片_{SITE}",
    ),
    "a list of videos": lambda chance: (
        "".join(
            f"<dl><dt><a href='/v{n}'><img src='/{n}.jpg'></a></dt><dd>"
            f"<a href='/v{n}'>{story(chance)}</a></dd><dd>0{n}:15　{day(chance)}</dd></dl>"
            for n in range(9)
        ),
        f"视频_{SITE}",
    ),
    "a leader's profile": _profile,
    "leaders and their duties": lambda chance: (
        (
            "<h2>领导分工</h2><p>区委副书记、区长王海生：主持区政府全面工作，负责审计方面工作，分管区审计局。</p>"
            "<p>区委常委、副区长李望：负责区政府常务工作，分管发展改革、财政、应急管理、统计等方面工作。</p>"
            "<p>副区长陈峰：负责教育、卫生健康、民政、体育等方面工作，分管区教育局、区卫生健康局。</p>"
        ),
        f"领导分工_{SITE}",
    ),
    "an office's duties": lambda chance: (
        (
            "<h2>望海区教育局机构职能</h2><p>一、贯彻执行国家教育工作的方针政策和法律法规，"
            "拟订全区教育改革与发展规划并组织实施。</p>"
            "<p>二、负责全区各级各类教育的统筹规划和协调管理，指导各级各类学校的教育教学改革。</p>"
            "<p>三、负责教育经费的统筹管理，参与拟订教育经费筹措、教育拨款的政策。</p>"
        ),
        f"机构职能_{SITE}",
    ),
    "departments of an office": lambda chance: (
        (
            "<h2>内设机构</h2><p>办公室：负责机关日常运转，承担文电、会务、机要、档案等工作。电话：0500-6000010</p>"
            "<p>人事科：负责机关及所属单位的人事管理、机构编制、教师队伍建设等工作。电话：0500-6000011</p>"
            "<p>财务科：负责编制部门预算决算，监督管理教育经费的使用。电话：0500-6000012</p>"
        ),
        f"内设机构_{SITE}",
    ),
    "how to reach the site": lambda chance: (
        (
            "<h2>联系我们</h2><p>望海网由望海区融媒体中心主办，欢迎广大网友提出宝贵意见和建议，"
            "我们将认真听取，及时答复。</p>"
            "<p>地址：望海市望海区中心路1号</p><p>电话：0500-6000000</p><p>邮箱：wh@example.cn</p>"
        ),
        f"联系我们_{SITE}",
    ),
    "about the site": lambda chance: (
        (
            "<h2>网站简介</h2><p>望海网是经国务院新闻办批准设立的综合性新闻网站，由望海区融媒体中心主办，"
            "开设要闻、民生、文旅等二十余个频道。</p>"
            "<p>网站坚持正确舆论导向，服务群众，日均访问量达到十万人次，是了解望海的重要窗口。</p>"
        ),
        f"关于我们_{SITE}",
    ),
    "a site map": lambda chance: (
        "<h2>网站地图</h2>" + "".join(f"<a href='/c{n}'>栏目名称{n}</a> " for n in range(40)),
        f"网站地图_{SITE}",
    ),
    "a privacy notice": lambda chance: (
        (
            "<h2>隐私声明</h2><p>本网站非常重视用户的隐私保护。未经用户同意，"
            "本网站不会向第三方提供用户的个人信息，法律法规另有规定的除外。</p>"
            "<p>用户在注册时应当提供真实、准确的资料，并妥善保管自己的账号和密码。</p>"
        ),
        f"隐私声明_{SITE}",
    ),
    "a guide to open government": lambda chance: (
        (
            "<h2>望海区人民政府信息公开指南</h2><p>为了更好地提供政府信息公开服务，便于公民、"
            "法人和其他组织获取政府信息，根据《中华人民共和国政府信息公开条例》，编制本指南。</p>"
            "<p>一、公开的内容。区政府及其部门主动公开的政府信息，见《政府信息公开目录》。</p><p>二、"
            "公开的形式。通过政府网站、公报、新闻发布会等形式公开。</p>"
        ),
        f"政府信息公开指南_{SITE}",
    ),
    "a catalogue of open government": lambda chance: (
        "<h2>政府信息公开目录</h2><table><tr><th>索引号</th><th>信息名称</th><th>发布日期</th></tr>"
        + "".join(
            f"<tr><td>00-{n}</td><td><a href='/x{n}'>{story(chance)}的通知</a></td><td>{day(chance)}</td></tr>"
            for n in range(15)
        )
        + "</table>",
        f"政府信息公开目录_{SITE}",
    ),
    "the guide to a permit": lambda chance: (
        (
            "<h2>取水许可办事指南</h2><table><tr><td>事项名称</td><td>取水许可</td></tr><tr>"
            "<td>实施主体</td><td>望海区水利局</td></tr>"
            "<tr><td>法定办结时限</td><td>45个工作日</td></tr><tr><td>承诺办结时限</td><td>10个工作日</td></tr>"
            "<tr><td>受理条件</td><td>符合水资源规划和取水总量控制要求，材料齐全。</td></tr><tr>"
            "<td>收费标准</td><td>不收费</td></tr></table>"
        ),
        f"办事指南_{SITE}",
    ),
    "letters from readers": lambda chance: (
        "<h2>来信选登</h2><table><tr><th>编号</th><th>标题</th><th>状态</th><th>来信时间</th></tr>"
        + "".join(
            f"<tr><td>2026{n}</td><td><a href='/l{n}'>关于{story(chance)}的咨询</a></td><td>已答复</td>"
            f"<td>{day(chance)}</td></tr>"
            for n in range(12)
        )
        + "</table>",
        f"来信选登_{SITE}",
    ),
    "a newspaper's page": lambda chance: (
        "<div>第01版：要闻</div><div>2026年11月21日 星期六</div>"
        + rows(chance, 8, dated=False)
        + "<div>上一版 下一版</div>",
        "望海日报数字报",
    ),
    "comments": lambda chance: (
        "<h2>网友评论</h2>"
        + "".join(f"<div><p>望海网友{n}　{day(chance)}</p><p>说得好，支持，希望越来越好！</p></div>" for n in range(8)),
        f"评论_{SITE}",
    ),
    "a user's page": lambda chance: (
        (
            "<h2>望海小王</h2><p>这个人很懒，什么都没有留下。</p>"
            f"<p>粉丝 12 关注 3 获赞 45</p>{rows(chance, 10, dated=True)}"
        ),
        "望海小王的个人主页",
    ),
    "a list of jobs": lambda chance: (
        "".join(
            f"<li><a href='/j{n}'>望海区某公司招聘行政文员若干名</a><span>4000-6000元/月</span>"
            f"<span>{day(chance)}</span></li>"
            for n in range(12)
        ),
        f"招聘信息_{SITE}",
    ),
    "a forum's list": lambda chance: (
        "".join(
            f"<tr><td><a href='/f{n}'>请教大家{story(chance)}怎么走</a></td><td>海风{n}</td><td>{n}/128</td>"
            f"<td>{day(chance)}</td></tr>"
            for n in range(15)
        ),
        f"望海论坛_{SITE}",
    ),
    "a frame with nothing in it": lambda chance: ("", SITE),
}

#: Payloads that are no pages, with what the server calls them.
PAYLOADS: Mapping[str, tuple[bytes, str, Refusal]] = {
    "RSS": (b'<?xml version="1.0"?><rss version="2.0"><channel></channel></rss>', "text/html", Refusal.NOT_HTML),
    "Atom": (b'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"></feed>', "text/xml", Refusal.NOT_HTML),
    "JSON": (b'{"code":404,"msg":"not found"}', "application/json", Refusal.NOT_HTML),
    "JSON called HTML": (b'{"code":404,"msg":"not found"}', "text/html", Refusal.NOT_HTML),
    "PDF": (b"%PDF-1.7\n%\xe2\xe3", "text/html", Refusal.NOT_HTML),
    "JPEG": (b"\xff\xd8\xff\xe0\x00\x10JFIF", "image/jpeg", Refusal.NOT_HTML),
    "Word": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(64), "application/msword", Refusal.NOT_HTML),
    "docx": (b"PK\x03\x04" + bytes(64), "application/octet-stream", Refusal.NOT_HTML),
    "MP4": (b"\x00\x00\x00\x18ftypmp42" + bytes(64), "video/mp4", Refusal.NOT_HTML),
    "nothing": (b"", "text/html", Refusal.EMPTY),
    "white space": (b" \r\n\t \n", "text/html", Refusal.EMPTY),
    "a byte order mark": (b"\xef\xbb\xbf", "text/html", Refusal.EMPTY),
}


def standing(name: str, seed: int) -> str:
    """A page of `STANDING` in the frame of a seed."""
    inner, title = STANDING[name](random.Random(seed * 31 + 7))
    return framed(inner, seed, title=title)
