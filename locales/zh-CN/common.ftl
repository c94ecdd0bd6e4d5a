# 各页共用：名称、导航、按钮、状态

product-name = 护证
product-what = 养老护理员持证登记
skip-to-content = 跳到正文
nav-label = 主导航
nav-menu = 菜单
nav-home = 工作台
nav-training = 培训考核
nav-credentials = 证书
nav-subsidies = 补贴
nav-merit = 人才和信用
nav-places = 机构和街镇
nav-classes = 培训班
nav-people = 学员
nav-exams = 考次
nav-certificates = 证书
nav-staff = 在岗人员
nav-overview = 总览
nav-organisations = 机构
nav-areas = 街镇
nav-targets = 目标
nav-audit = 操作记录
nav-accounts = 用户
nav-mine = 我的证书
nav-first-aid = 急救证
nav-recorded = 外部证书
nav-lookup = 按编号查证
nav-scan = 扫码查证
nav-help = 帮助
sign-out = 退出
go-home = 回到首页
footer-keys = 公钥与信任列表
footer-line = 护证 · 养老护理员培训、评价与持证登记
large-on = 长辈版
large-off = 标准版
language-zh-CN = 中文
language-en = English
crumbs-label = 所在位置
pages-label = 翻页
page-previous = 上一页
page-next = 下一页
step-done = 已完成：
confirmation-reference = 编号

button-save = 保存
button-cancel = 取消
button-confirm = 确认
button-continue = 继续
button-back = 返回
button-edit = 修改
button-remove = 移除
button-search = 查找
button-upload = 上传
button-download = 下载
button-submit = 提交

export-xlsx = 导出 Excel
export-pdf = 导出 PDF
cannot-be-computed = 无法计算
yes = 是
no = 否
optional = 选填

urgency-overdue = 已逾期
urgency-soon = 即将到期

# 登录
login-welcome = 护证
login-lead = 从培训到持证上岗，一人一档，一证一码。为老人身边的每一双手作证。
login-scan = 扫码查证
login-lookup = 按编号查证
login-title = 工作人员登录
login-otp-hint = 身份验证器显示的 6 位数字
login-button = 登录
login-help = 忘记密码，请联系本单位管理员。查验证书不需要登录。

# 工作台
home-greeting = { $name }，您好
home-tasks = 待办
home-shortcuts = 常用
home-nothing = 没有待办事项
home-nothing-text = 需要您处理的事会出现在这里。

# 帮助
help-title = 帮助
help-lead = 怎样查验一张证书，结果是什么意思。
help-verify-title = 怎样查验
help-verify-1 = 用手机相机或微信扫证书上的二维码；也可以输入证书编号和姓名查询。
help-verify-2 = 核对页面地址是否为本系统的网址，再看结果。
help-verify-3 = 请对方出示身份证，核对姓名与照片；必要时输入姓名和身份证末四位核对。
help-states-title = 结果说明
help-verdict-valid = 证书由本系统签发，目前有效。仍须核对持证人身份。
help-verdict-expired = 证书是真的，但已过有效期。
help-verdict-suspended = 证书暂时不能使用，请向发证单位了解。
help-verdict-revoked = 证书已被发证单位撤销，不能再作为凭证。
help-verdict-replaced = 持证人已换领新证，以新证为准。
help-verdict-not_found = 没有这个编号的证书，多为输入有误。
help-verdict-forged = 内容与签名不符，不是本系统签发的。请勿采信，并可向我们反映。
help-verdict-recorded = 由其他单位签发，本系统只作登记，请在全国联网查询核验。
help-verdict-status_unknown = 签名是真的，但没有最新状态，请联网再查。
help-verdict-cannot_check = 网络或设备暂时无法完成核验，与证书是否有效无关。
help-privacy-title = 个人信息
help-privacy-text = 公开查验只显示遮盖后的姓名和证书内容，不显示身份证号、电话、住址和照片。二维码中不含身份证号。
help-contact-title = 联系我们
help-contact-text = 请在工作时间联系发证单位或当地民政部门。

# 出错页
problem-request = 请求编号：
problem-invalid-input = 填写的内容有误
problem-invalid-input-text = 请按提示改正后重新提交，没有保存任何内容。
problem-not-signed-in = 请先登录
problem-not-signed-in-text = 登录已过期或尚未登录。
problem-not-allowed = 您没有这项权限
problem-not-allowed-text = 如确需办理，请联系本单位管理员。
problem-not-found = 没有找到
problem-not-found-text = 地址可能有误，或者内容不在您的查看范围内。
problem-conflict = 与现有数据冲突
problem-conflict-text = 这项操作与系统中已有的内容不一致，没有保存。
problem-stale = 内容已被他人修改
problem-stale-text = 请刷新页面，看过最新内容后再操作。
problem-precondition-required = 缺少版本标记
problem-precondition-required-text = 修改时须带上所依据的版本（If-Match）。
problem-too-many-requests = 操作过于频繁
problem-too-many-requests-text = 请稍等片刻再试。
problem-unsupported-media-type = 不支持这种格式
problem-unsupported-media-type-text = 请使用页面说明的文件或数据格式。
problem-too-large = 内容太大
problem-too-large-text = 请缩小文件后再上传。
problem-method-not-allowed = 不支持这种操作
problem-method-not-allowed-text = 这个地址不接受这样的请求。
problem-internal = 系统出了问题
problem-internal-text = 没有保存任何内容。请稍后再试；若仍不行，请把请求编号告诉管理员。
