locals {
  # Values are bounded by the variables' validations: no quotes, no blanks, nothing a shell would read twice.
  settings = join("", [for key, value in {
    OLLAMA_VERSION = var.ollama_version
    OLLAMA_ARCH    = local.ollama_arch
    OLLAMA_SHA256  = lookup(var.ollama_sha256, local.ollama_arch, "")
    OLLAMA_MODEL   = var.model
    OLLAMA_HOST    = "${local.listens_elsewhere ? "0.0.0.0" : "127.0.0.1"}:${local.ollama_port}"
  } : "${key}=${value}\n"])

  cloud_init = {
    package_update  = true
    package_upgrade = true

    write_files = [
      { path = "/etc/segue-ollama.env", permissions = "0644", content = local.settings },
      { path = "/etc/systemd/system/ollama.service", permissions = "0644", content = file("${path.module}/files/ollama.service") },
      { path = "/usr/local/sbin/install-ollama", permissions = "0755", content = file("${path.module}/files/install-ollama.sh") },
    ]

    runcmd = [["/usr/local/sbin/install-ollama"]]
  }
}

resource "aws_instance" "host" {
  ami                         = data.aws_ami.al2023.id
  instance_type               = var.instance_type
  subnet_id                   = var.subnet_id
  associate_public_ip_address = var.associate_public_ip_address
  vpc_security_group_ids      = [aws_security_group.host.id]
  iam_instance_profile        = aws_iam_instance_profile.host.name

  user_data                   = "#cloud-config\n${yamlencode(local.cloud_init)}"
  user_data_replace_on_change = true

  # IMDSv2 only, and not through a container or proxy on the host.
  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
    instance_metadata_tags      = "disabled"
  }

  root_block_device {
    encrypted             = true
    volume_type           = "gp3"
    volume_size           = var.disk_gib
    delete_on_termination = true
  }

  tags = {
    Name = var.name
  }

  volume_tags = {
    Name = var.name
  }

  lifecycle {
    # A newer image is no reason to throw a running host away; `terraform apply -replace=aws_instance.host` takes it.
    ignore_changes = [ami]

    precondition {
      condition     = contains(keys(var.ollama_sha256), local.ollama_arch)
      error_message = "${var.instance_type} is ${local.ollama_arch}, and ollama_sha256 has no checksum for that."
    }
  }

  # The way out must be there when cloud-init runs, and the role's rights when the agent starts.
  depends_on = [
    aws_vpc_security_group_egress_rule.https,
    aws_iam_role_policy.tunnel,
  ]
}
