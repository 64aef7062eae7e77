# What the instance type can run decides the image and the checksum.
data "aws_ec2_instance_type" "host" {
  instance_type = var.instance_type
}

locals {
  is_arm            = contains(data.aws_ec2_instance_type.host.supported_architectures, "arm64")
  image_arch        = local.is_arm ? "arm64" : "x86_64"
  ollama_arch       = local.is_arm ? "arm64" : "amd64"
  ollama_port       = 11434
  listens_elsewhere = length(var.allowed_cidrs) > 0
}

# The newest Amazon Linux 2023 of the full flavor: it brings cloud-init and the Session Manager agent. ("al2023-ami-minimal-..." has no agent.)
data "aws_ami" "al2023" {
  most_recent = true
  owners      = ["amazon"]

  filter {
    name   = "name"
    values = ["al2023-ami-2023.*-kernel-*"]
  }

  filter {
    name   = "architecture"
    values = [local.image_arch]
  }

  filter {
    name   = "root-device-type"
    values = ["ebs"]
  }

  filter {
    name   = "virtualization-type"
    values = ["hvm"]
  }

  filter {
    name   = "state"
    values = ["available"]
  }
}
