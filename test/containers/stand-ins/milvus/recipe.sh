# Milvus's binary of the last release that was a wheel, with the folders of the official image.
prepare() {
  local wheel template
  wheel=$(program milvus)
  template=$(echo "$wheel"/lib/python3*/site-packages/milvus/data/config.yaml.template)
  mkdir -p milvus/configs
  cp -r "$wheel/milvus/bin" milvus/lib
  rm milvus/lib/*.md5
  sed -e 's/{{[^}:]*: *\([^} ]*\) *}}/\1/' -e 's#{{ *etcd_data_dir *}}#/var/lib/milvus/etcd#' \
    -e 's#{{ *local_storage_dir *}}#/var/lib/milvus#' -e 's#{{ *rocksmq_data_dir *}}#/var/lib/milvus/rdb_data#' \
    -e 's#{{ *system_log_path *}}##' "$template" >milvus/configs/milvus.yaml
  ! grep -F '{{' milvus/configs/milvus.yaml || return 1
  cp "$(dirname "$template")/glog.conf" milvus/configs
}
