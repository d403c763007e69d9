// make_test_video FILE: writes a video of ten 64x48 frames at 4 a second, MJPEG in AVI; frame i is
// grey of value 20 i.
#include <opencv2/videoio.hpp>

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const cv::Size size(64, 48);
  cv::VideoWriter video(argv[1], cv::CAP_OPENCV_MJPEG, cv::VideoWriter::fourcc('M', 'J', 'P', 'G'),
                        4, size);
  if (!video.isOpened()) return 3;
  for (int i = 0; i < 10; ++i) video.write(cv::Mat(size, CV_8UC3, cv::Scalar::all(20 * i)));
  return 0;
}
