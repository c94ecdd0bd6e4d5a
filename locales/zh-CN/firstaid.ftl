# 急救证

first-aid-title = 急救证
first-aid-lead = 红十字会等单位发放的救护员证和心肺复苏证书，由发证单位、用人单位或民政局登记。
first-aid-record-issue = 出具登记凭证
first-aid-record = 登记凭证
first-aid-new-title = 登记急救证
first-aid-all = 全部
first-aid-expiring = 90 天内到期
first-aid-none = 没有急救证
first-aid-none-text = 可以逐张登记，也可以用表格批量登记。
first-aid-document-hint = 已登记的人按证件号码和姓名对应，未登记的自动建档
first-aid-number-hint = 按证书上的写法填写
first-aid-expires-hint = 不填则按本地规定的有效年限计算
first-aid-kind-rescuer = 救护员证
first-aid-kind-cpr-aed = 心肺复苏与AED证
first-aid-state-not-yet = 尚未发证
first-aid-state-withdrawn = 已撤回
field-kind = 种类
col-state = 状态
col-action = 办理
button-withdraw = 撤回
done-first-aid-recorded = 急救证已登记
done-withdrawn = 已撤回
done-imported = 已全部导入
error-not-own-issuer = 只能登记本单位发放的证书
error-not-own-staff = 不是本单位的在岗人员
conflict-already-withdrawn = 已经撤回，不能重复办理

# 批量导入
import-first-aid-title = 批量登记急救证
import-first-aid-lead = 下载模板，按列填写后上传。
import-recorded-title = 批量登记外部证书
import-recorded-lead = 下载模板，按列填写后上传；每张证书都须写明核对人。
import-population-title = 批量录入老年人口
import-population-lead = 下载模板，按列填写后上传。
import-file-hint = .xlsx 或 CSV，最多 5000 行
import-template = 下载模板
import-all-or-none = 有一行不合要求，整个文件都不导入；改正后重新上传即可。
